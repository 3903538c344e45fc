using System.Diagnostics;

namespace Progeny.Core.Telemetry;

/// <summary>The names under which traces and metrics of this program are listened to, by whatever listens.</summary>
public static class ProgenyTelemetry
{
    /// <summary>The name of the source of spans and of the meters.</summary>
    public const string Name = "Progeny";

    /// <summary>The spans on the way of a query. Where nobody listens, starting one costs the reading of a field.</summary>
    public static ActivitySource Spans { get; } = new(Name);
}
