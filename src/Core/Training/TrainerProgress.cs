using System.Text.Json;

namespace Progeny.Core.Training;

/// <summary>How far a trainer is, as it said in one line of JSON on its standard output.</summary>
/// <param name="Fraction">The part done, 0 to 1: <c>progress</c>; null where it did not say.</param>
/// <param name="Message">What it is doing, for people: <c>message</c>.</param>
/// <param name="Metrics">Numbers by name: <c>metrics</c>.</param>
public sealed record TrainerProgress(double? Fraction, string Message, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Reads a line; null where it is no progress but any other output.</summary>
    public static TrainerProgress? TryParse(string line)
    {
        if (!line.StartsWith('{'))
            return null;
        try
        {
            using var json = TrainerFigures.Parse(line);
            double? fraction = null;
            var message = "";
            var metrics = new Dictionary<string, double>();
            foreach (var member in json.RootElement.EnumerateObject())
            {
                switch (member.Name, member.Value.ValueKind)
                {
                    case ("progress", JsonValueKind.Number):
                        fraction = Math.Clamp(member.Value.GetDouble(), 0, 1);
                        break;
                    case ("message", JsonValueKind.String):
                        message = member.Value.GetString()!;
                        break;
                    case ("metrics", JsonValueKind.Object):
                        metrics = TrainerFigures.Read(member.Value);
                        break;
                }
            }

            return fraction is null && message.Length == 0 && metrics.Count == 0 ? null : new(fraction, message, metrics);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
