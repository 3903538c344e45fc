using System.Text.Json;

namespace Progeny.Trainer.Boosting;

/// <summary>Writes the contract's progress: a line of JSON an event, flushed.</summary>
public sealed class ProgressWriter(Stream output)
{
    /// <param name="fraction">The part done, 0 to 1.</param>
    /// <param name="message">What is being done, for people.</param>
    /// <param name="metrics">Numbers by name, all finite.</param>
    public void Report(double fraction, string message, IEnumerable<KeyValuePair<string, double>>? metrics = null)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("progress", Math.Round(fraction, 4));
            json.WriteString("message", message);
            if (metrics is not null)
            {
                json.WriteStartObject("metrics");
                foreach (var (name, value) in metrics)
                    json.WriteNumber(name, value);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        output.Write("\n"u8);
        output.Flush();
    }
}
