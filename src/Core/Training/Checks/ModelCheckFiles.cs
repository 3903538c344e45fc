using System.Runtime.InteropServices;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Training.Checks;

/// <summary>
/// The files of a check in a process of its own: <c>request.json</c> and <c>manifest.yaml</c> for it, <c>findings.json</c> and
/// <c>predictions.bin</c> of it (for each row its scores as floats, and of a classifier the index of the class as an integer of 32 bits).
/// </summary>
public static class ModelCheckFiles
{
    private const int RowsAtOnce = 4_096;

    /// <summary>Writes a request into the folder of a check.</summary>
    public static async Task WriteAsync(string folder, ModelCheckRequest request, CancellationToken cancellationToken)
    {
        var text = request.Manifest.Text ?? throw new ArgumentException("The manifest was not read from a text.", nameof(request));
        await File.WriteAllTextAsync(Path.Combine(folder, "manifest.yaml"), text, cancellationToken);
        await File.WriteAllBytesAsync(
            Path.Combine(folder, "request.json"),
            JsonSerializer.SerializeToUtf8Bytes(request, ModelCheckJson.Default.ModelCheckRequest),
            cancellationToken);
    }

    /// <summary>Reads a request.</summary>
    public static ModelCheckRequest ReadRequest(string folder)
    {
        var request = JsonSerializer.Deserialize(
            File.ReadAllBytes(Path.Combine(folder, "request.json")), ModelCheckJson.Default.ModelCheckRequest)!;
        return request with { Manifest = ManifestParser.ParseOrThrow(File.ReadAllText(Path.Combine(folder, "manifest.yaml"))) };
    }

    /// <summary>Does what a request wants, and writes what was found.</summary>
    public static async Task WriteAsync(string folder, IModelCheck check, ModelCheckRequest request)
    {
        ArgumentNullException.ThrowIfNull(check);
        ModelCheckOutcome outcome;
        try
        {
            var findings = await check.RunAsync(request, CancellationToken.None);
            await using var stream = File.Create(Path.Combine(folder, "predictions.bin"));
            foreach (var prediction in findings.Predictions)
            {
                for (var row = 0; row < prediction.Rows; row++)
                {
                    stream.Write(MemoryMarshal.AsBytes(prediction.Row(row)));
                    if (prediction.Labels.Length > 0)
                        stream.Write(MemoryMarshal.AsBytes(prediction.Labels.Span.Slice(row, 1)));
                }
            }

            outcome = new(null, null, findings.Performance, [.. findings.Tests]);
        }
        catch (TrainingFailedException exception)
        {
            outcome = new(exception.Stage, exception.Message, null, []);
        }

        await File.WriteAllBytesAsync(
            Path.Combine(folder, "findings.json"), JsonSerializer.SerializeToUtf8Bytes(outcome, ModelCheckJson.Default.ModelCheckOutcome));
    }

    /// <summary>Reads what was found.</summary>
    /// <exception cref="TrainingFailedException">The model was refused.</exception>
    public static async Task<ModelFindings> ReadFindingsAsync(string folder, Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var outcome = await ReadOutcomeAsync(folder, cancellationToken);
        if (outcome.Message is { } message)
            throw new TrainingFailedException(outcome.Stage ?? TrainingStage.Acceptance, message);
        return new ModelFindings
        {
            Performance = outcome.Performance,
            Tests = outcome.Tests,
            Predictions = await ReadPredictionsAsync(folder, manifest, cancellationToken),
        };
    }

    private static async Task<ModelCheckOutcome> ReadOutcomeAsync(string folder, CancellationToken cancellationToken)
    {
        await using var json = Open(folder, "findings.json");
        try
        {
            return (await JsonSerializer.DeserializeAsync(json, ModelCheckJson.Default.ModelCheckOutcome, cancellationToken))!;
        }
        catch (JsonException exception)
        {
            throw new TrainingFailedException(
                TrainingStage.Acceptance, "The check of the model left a findings.json that cannot be read.", inner: exception);
        }
    }

    /// <summary>
    /// Opens what a check left. A model may have taken over its process, and a link in the place of the file would be read by the node.
    /// </summary>
    private static FileStream Open(string folder, string name)
    {
        using var root = OpenFolder.Open(folder);
        using var file = root.Find(name);
        return file is { Kind: OpenFolder.File, Links: 1 }
            ? file.Read()
            : throw new TrainingFailedException(
                TrainingStage.Acceptance,
                $"The check of the model left {file?.Kind ?? "nothing"} as {name}; a regular file would be right.");
    }

    private static async Task<List<Prediction>> ReadPredictionsAsync(string folder, Manifest manifest, CancellationToken cancellationToken)
    {
        var classes = manifest.Label?.Classes ?? [];
        var width = Math.Max(1, classes.Count);
        var words = width + (classes.Count > 0 ? 1 : 0);
        var all = new List<Prediction>();
        var buffer = new byte[RowsAtOnce * words * sizeof(float)];
        await using var stream = Open(folder, "predictions.bin");
        while (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var read)
        {
            var rows = read / (words * sizeof(float));
            var (scores, labels) = (new float[rows * width], new int[classes.Count > 0 ? rows : 0]);
            for (var row = 0; row < rows; row++)
            {
                var record = buffer.AsSpan(row * words * sizeof(float), words * sizeof(float));
                MemoryMarshal.Cast<byte, float>(record)[..width].CopyTo(scores.AsSpan(row * width));
                if (labels.Length > 0)
                    labels[row] = Math.Clamp(MemoryMarshal.Cast<byte, int>(record)[width], 0, classes.Count - 1);
            }

            all.Add(new Prediction { Classes = [.. classes], Scores = scores, Labels = labels });
        }

        return all;
    }
}
