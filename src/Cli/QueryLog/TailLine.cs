using System.Globalization;
using System.Text;
using System.Text.Json;
using Progeny.Contracts.QueryLog;

namespace Progeny.Cli.QueryLog;

/// <summary>A query in one line.</summary>
internal static class TailLine
{
    // A UUID's, so that the columns behind it stand under each other.
    private const int IdWidth = 36;
    private const int VersionWidth = 9;
    private const int ArmWidth = 10;
    private const int PredictionWidth = 16;
    private const int MaxPredictionCharacters = 60;

    public static string Of(TailedQuery query)
    {
        var line = new StringBuilder(120);
        line.Append(query.At.UtcDateTime.ToString("HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)).Append("  ");
        line.Append(query.QueryId.PadRight(IdWidth)).Append("  ");
        line.Append(query.Version.PadRight(VersionWidth)).Append("  ");
        line.Append(query.Arm.PadRight(ArmWidth)).Append("  ");
        line.Append((query.Error is { } error ? $"error: {error}" : Prediction(query.Prediction)).PadRight(PredictionWidth));
        if (query.Latency is { } latency)
            line.Append(CultureInfo.InvariantCulture, $"  {latency.Total / 1e3,9:0.000} ms");

        // A text of the client's own must not move the cursor.
        for (var i = 0; i < line.Length; i++)
        {
            if (char.IsControl(line[i]))
                line[i] = ' ';
        }

        return line.ToString();
    }

    /// <summary>A label with its probability, a value, or what outputs a model without a schema has.</summary>
    private static string Prediction(JsonElement? prediction)
    {
        if (prediction is not { ValueKind: JsonValueKind.Object } json)
            return "–";
        if (json.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.Number)
            return value.GetDouble().ToString("G7", CultureInfo.InvariantCulture);
        if (json.TryGetProperty("label", out var label) && label.ValueKind == JsonValueKind.String)
        {
            return json.TryGetProperty("probabilities", out var probabilities)
                && probabilities.TryGetProperty(label.GetString()!, out var probability)
                ? string.Create(CultureInfo.InvariantCulture, $"{label.GetString()} ({probability.GetDouble():0.0000})")
                : label.GetString()!;
        }

        var text = json.GetRawText();
        return text.Length <= MaxPredictionCharacters ? text : text[..MaxPredictionCharacters] + "…";
    }
}
