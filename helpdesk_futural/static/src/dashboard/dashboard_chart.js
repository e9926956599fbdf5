import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColors } from "@web/core/colors/colors";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";

import { formatCell, formatValue } from "./cell";

/** Where the colours that the model names stand in core's palette. */
const COLORS = { blue: 0, red: 1, teal: 2, orange: 3, purple: 4, yellow: 5 };
const BAR_HEIGHT = 34;
/** Seen on light and on dark ground. */
const GRID_COLOR = "rgba(128, 128, 128, .25)";

/** A plot of one of the dashboard's charts; its numbers as a table, to read and to open. */
export class DashboardChart extends Component {
    static template = "helpdesk_futural.DashboardChart";
    static props = {
        chart: Object,
        onOpen: Function,
        onOpenReport: Function,
    };

    setup() {
        this.canvasRef = useRef("canvas");
        this.formatCell = formatCell;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (canvas) => {
                if (canvas) {
                    const plot = new Chart(canvas, this.getConfig());
                    return () => plot.destroy();
                }
            },
            () => [this.canvasRef.el, this.props.chart]
        );
    }

    get isEmpty() {
        return !this.props.chart.series.some((series) => series.cells.some((cell) => cell.count));
    }

    /** Bars that lie need their height. */
    get height() {
        const { horizontal, labels } = this.props.chart;
        return horizontal ? `${Math.max(labels.length * BAR_HEIGHT + 70, 240)}px` : "240px";
    }

    /** What those hear who don't see the plot. */
    get description() {
        const { title, labels, series, unit } = this.props.chart;
        const last = labels.length - 1;
        const parts = series.map(
            ({ label, cells }) => `${label}: ${labels[last]} ${formatCell(cells[last], unit)}`
        );
        return _t("%(title)s. %(values)s. All numbers are in the table below.", {
            title,
            values: parts.join(", "),
        });
    }

    getTitle(series, index) {
        return `${this.props.chart.title}: ${series.label}, ${this.props.chart.labels[index]}`;
    }

    open(series, index) {
        this.props.onOpen(series.cells[index], this.getTitle(series, index));
    }

    getConfig() {
        const { chart } = this.props;
        const palette = getColors(cookie.get("color_scheme"), "sm");
        return {
            type: chart.type,
            data: {
                labels: chart.labels,
                datasets: chart.series.map((series) => ({
                    label: series.label,
                    // A week without an answer is a gap, not an answer at once.
                    data: series.cells.map(({ value }) => (value === false ? null : value)),
                    backgroundColor: palette[COLORS[series.color]],
                    borderColor: palette[COLORS[series.color]],
                    borderRadius: chart.type === "bar" ? 3 : undefined,
                    maxBarThickness: 40,
                    pointRadius: 4,
                    pointHitRadius: 16,
                    spanGaps: true,
                })),
            },
            options: this.getOptions(),
        };
    }

    getOptions() {
        const { chart } = this.props;
        const isRtl = localization.direction === "rtl";
        // As the text around it, in whatever theme.
        const { color } = getComputedStyle(this.canvasRef.el);
        const names = {
            stacked: chart.stacked,
            reverse: isRtl && !chart.horizontal,
            position: isRtl && chart.horizontal ? "right" : undefined,
            grid: { display: false },
            ticks: { color, autoSkip: !chart.horizontal, maxRotation: 60 },
        };
        const numbers = {
            stacked: chart.stacked,
            beginAtZero: true,
            reverse: isRtl && chart.horizontal,
            position: isRtl && !chart.horizontal ? "right" : undefined,
            grid: { color: GRID_COLOR },
            border: { display: false },
            ticks: {
                color,
                precision: chart.unit ? undefined : 0,
                callback: (value) => formatValue(value, chart.unit),
            },
        };
        const at = (element) => [chart.series[element.datasetIndex], element.index];
        return {
            indexAxis: chart.horizontal ? "y" : "x",
            maintainAspectRatio: false,
            animation: false,
            // Slanted labels reach to the left, also where the axis is on the right.
            layout: { padding: { left: isRtl && !chart.horizontal ? 36 : 0 } },
            scales: chart.horizontal ? { x: numbers, y: names } : { x: names, y: numbers },
            onClick: (ev, [element]) => {
                if (element) {
                    this.open(...at(element));
                }
            },
            onHover: (ev, elements) => {
                ev.native.target.style.cursor = elements.length ? "pointer" : "";
            },
            plugins: {
                legend: {
                    display: chart.series.length > 1,
                    rtl: isRtl,
                    position: "bottom",
                    labels: { color, boxWidth: 14 },
                },
                tooltip: {
                    rtl: isRtl,
                    callbacks: {
                        label: (item) => {
                            const [series, index] = [chart.series[item.datasetIndex], item.dataIndex];
                            const value = formatCell(series.cells[index], chart.unit);
                            return `${series.label}: ${value}`;
                        },
                        afterLabel: (item) => {
                            const { count } = chart.series[item.datasetIndex].cells[item.dataIndex];
                            return chart.unit ? _t("Tickets: %s", count) : "";
                        },
                    },
                },
            },
        };
    }
}
