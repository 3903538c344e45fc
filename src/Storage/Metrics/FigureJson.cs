using System.Text.Json;
using System.Text.Json.Serialization;

namespace Progeny.Storage.Metrics;

/// <summary>How figures are kept as JSON: those that are not finite by their names, as texts.</summary>
internal static class FigureJson
{
    public static JsonSerializerOptions Options { get; } = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
}
