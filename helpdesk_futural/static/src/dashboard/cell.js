import { formatFloatTime, formatInteger, formatPercentage } from "@web/views/fields/formatters";

/**
 * Write a value as people read it; a dash where there is none.
 *
 * @param {number|false} value
 * @param {"hours"|"percent"} [unit] a plain number without it
 */
export function formatValue(value, unit) {
    if (value === false) {
        return "–";
    }
    if (unit === "hours") {
        return formatFloatTime(value);
    }
    if (unit === "percent") {
        return formatPercentage(value / 100, { digits: [16, 0] });
    }
    return formatInteger(value);
}

/** Write the value of one of the dashboard's cells. */
export function formatCell(cell, unit) {
    return formatValue(cell.value, unit);
}
