// SPDX-License-Identifier: GPL-2.0
/*
 * The keyboard of a terminal and the clock: what a command that draws again
 * and again needs. Leaves the terminal as it was found, also when a signal
 * ends the program.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "terminal.h"

static struct termios before;
static bool changed;
static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

/**
 * vtd_terminal_keys() - give keys one by one, without showing them, or not
 * @priv: not used
 * @on: begin, else end
 *
 * From the begin on, a signal that would end the program makes the next
 * vtd_terminal_key() say so instead. A standard input that is no terminal is
 * left alone.
 */
void vtd_terminal_keys(void *priv, bool on)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on ? on_signal : SIG_DFL };
	struct termios now;

	(void)priv;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
	if (!on && changed)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	if (on && !tcgetattr(STDIN_FILENO, &before)) {
		now = before;
		now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		now.c_cc[VMIN] = 1;
		now.c_cc[VTIME] = 0;
		changed = !tcsetattr(STDIN_FILENO, TCSANOW, &now);
	}
}

/**
 * vtd_terminal_key() - wait for a key
 * @priv: not used
 * @ms: at most so many milliseconds
 *
 * Without a terminal to read from it waits all of the time.
 *
 * Return: the key, 0 if none came, 'q' if a signal or the end of the input
 * asks to end.
 */
int vtd_terminal_key(void *priv, unsigned int ms)
{
	struct pollfd what = { .fd = changed ? STDIN_FILENO : -1,
			       .events = POLLIN };
	unsigned char key;
	int got;

	(void)priv;
	if (ended)
		return 'q';
	got = poll(&what, 1, (int)ms);
	if (ended)
		return 'q';
	if (got <= 0)
		return 0;
	return read(STDIN_FILENO, &key, 1) == 1 ? key : 'q';
}

/**
 * vtd_terminal_clock() - a clock that nobody sets
 * @priv: not used
 *
 * Return: milliseconds since some moment.
 */
unsigned long long vtd_terminal_clock(void *priv)
{
	struct timespec now;

	(void)priv;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}
