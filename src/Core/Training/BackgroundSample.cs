using System.Text.Json;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;

namespace Progeny.Core.Training;

/// <summary>
/// A sample of the rows that a training read, kept with its generation: what an explanation compares a query with. The same rows and seed
/// give the same sample.
/// </summary>
internal static class BackgroundSample
{
    /// <summary>The most rows of a sample.</summary>
    public const int MaxRows = 100;

    /// <summary>Writes a JSON object of features a line, in the order of the rows, into the job's work folder.</summary>
    /// <param name="data">The <c>data.csv</c> of the rows.</param>
    /// <returns>The path of the file.</returns>
    public static async Task<string> WriteAsync(string data, TrainingJob job, CancellationToken cancellationToken)
    {
        var features = job.Manifest.Features;
        var rows = new List<(long Place, object?[] Values)>(MaxRows);
        var random = new Random(job.Manifest.Pipeline.Seed);
        long read = 0;
        await foreach (var (values, _) in TrainingDataReader.ReadAsync(data, job.Schema, cancellationToken))
        {
            // Reservoir sampling (Vitter 1985, algorithm R): each row so far is in the sample with the same probability.
            if (read < MaxRows)
                rows.Add((read, values));
            else if (random.NextInt64(read + 1) is var place and < MaxRows)
                rows[(int)place] = (read, values);
            read++;
        }

        var path = job.At("background.jsonl");
        await using var file = File.Create(path);
        foreach (var (_, values) in rows.OrderBy(row => row.Place))
        {
            await using (var writer = new Utf8JsonWriter(file))
                Write(writer, features, values);
            file.WriteByte((byte)'\n');
        }

        return path;
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<Feature> features, object?[] values)
    {
        writer.WriteStartObject();
        for (var i = 0; i < values.Length; i++)
        {
            switch (values[i])
            {
                case null: writer.WriteNull(features[i].Name); break;
                case bool boolean: writer.WriteBoolean(features[i].Name, boolean); break;
                case long integer: writer.WriteNumber(features[i].Name, integer); break;
                // Models take 32 bits of it, as queries do.
                case double number: writer.WriteNumber(features[i].Name, (float)number); break;
                default: writer.WriteString(features[i].Name, (string)values[i]!); break;
            }
        }

        writer.WriteEndObject();
    }
}
