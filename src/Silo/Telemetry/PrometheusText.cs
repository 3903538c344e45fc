using System.Globalization;
using System.Text;
using Progeny.Core.Common;

namespace Progeny.Silo.Telemetry;

/// <summary>Writes the Prometheus text exposition format, version 0.0.4. Every sample has the label <c>node</c>.</summary>
/// <remarks>
/// https://prometheus.io/docs/instrumenting/exposition_formats/: all samples of a metric in one group behind its HELP and TYPE.
/// </remarks>
internal sealed class PrometheusText(NodeName node)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder text = new();
    private readonly string nodeLabel = $"{{node=\"{Escaped(node.Value)}\"";

    /// <summary>Begins a metric.</summary>
    /// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    public void Begin(string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\").Replace("\n", "\\n")).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    /// <summary>Writes a sample of the metric that was begun.</summary>
    /// <param name="name">The metric's name, with the suffix of the sample where it has one.</param>
    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        text.Append(name).Append(nodeLabel);
        foreach (var label in labels)
            text.Append(',').Append(label.Name).Append("=\"").Append(Escaped(label.Value)).Append('"');
        text.Append("} ").Append(Number(value)).Append('\n');
    }

    /// <summary>A number as the format writes it.</summary>
    public static string Number(double value) =>
        double.IsPositiveInfinity(value)
            ? "+Inf"
            : double.IsNegativeInfinity(value) ? "-Inf" : double.IsNaN(value) ? "NaN" : value.ToString("R", CultureInfo.InvariantCulture);

    public override string ToString() => text.ToString();

    private static string Escaped(string label) => label.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
