/**
 * @param {number} seconds
 * @returns {string} hours, minutes and seconds, such as "1:05:09"
 */
export function formatSeconds(seconds) {
    const whole = Math.max(Math.floor(seconds), 0);
    const two = (number) => String(number).padStart(2, "0");
    return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
