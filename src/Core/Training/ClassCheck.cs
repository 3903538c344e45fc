using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common.Onnx;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Training;

/// <summary>
/// Whether a classifier's own classes are those of the manifest, in its order. A model names them in its graph, in its metadata, and by
/// the labels that it returns beside the probabilities; predictions are read by the manifest's list alone, so that another order would
/// swap them.
/// </summary>
internal sealed class ClassCheck
{
    private const int MadeUpRows = 512;
    private const int RowsAtOnce = 16;

    // Labels of probabilities as near as this are a matter of taste.
    private const float Tie = 1e-5f;

    private readonly ModelProto _model;
    private readonly Manifest _manifest;
    private readonly ClassNames _classes;
    private readonly string _output;
    private readonly List<ClassifierTrace.Classifier> _classifiers;
    private readonly ClassifierTrace _trace;

    private ClassCheck(ModelProto model, Manifest manifest, string output)
    {
        _model = model;
        _manifest = manifest;
        _classes = new ClassNames(manifest.Label!.Classes);
        _output = output;
        _trace = new ClassifierTrace(model);
        _classifiers = _trace.NearestTo(output);
    }

    /// <summary>Holds a model that has been loaded to the manifest's classes.</summary>
    /// <param name="rows">Rows of the data, in the order of the features; none: made-up rows alone are asked.</param>
    /// <exception cref="ModelException">The model contradicts <c>label.classes</c>; the message has both lists.</exception>
    public static void Run(ModelProto model, ModelRunner runner, Manifest manifest, IReadOnlyList<object?[]> rows)
    {
        if (manifest.Features.Count == 0 || manifest.Label is not { Classes.Count: > 0 })
            return;
        var output = PredictionOutput.Choose(manifest.Serving.Output, regression: false, runner.Outputs, others: []).Name;
        var check = new ClassCheck(model, manifest, output);
        check.CheckNames();
        check.CheckMetadata();
        check.CheckLabels(runner, rows);
    }

    private void CheckNames()
    {
        foreach (var classifier in _classifiers.Where(
            classifier => classifier.KeepsColumns && _classes.Contradict(classifier.Names, classifier.AreNumbers)))
            throw Contradiction($"the classes of its {classifier.Operator} are {ClassNames.List(classifier.Names)}");
    }

    private void CheckMetadata()
    {
        foreach (var entry in _model.MetadataProps)
        {
            if (!entry.Key.Contains("class", StringComparison.OrdinalIgnoreCase)
                && !entry.Key.Contains("label", StringComparison.OrdinalIgnoreCase))
                continue;
            var names = NamesIn(entry.Value);
            var found = names.Select(_classes.Find).OfType<int>().ToList();
            if (found.Count == _classes.Count && names.Count == found.Count && found.Distinct().Count() == found.Count
                && !found.SequenceEqual(found.Order()))
                throw Contradiction($"its metadata '{entry.Key}' has them as {ClassNames.List(names)}");
        }
    }

    /// <summary>A list in JSON, an object from numbers to names or from names to numbers, or names with commas between them.</summary>
    private static List<string> NamesIn(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            switch (json.RootElement.ValueKind)
            {
                case JsonValueKind.Array:
                    return [.. json.RootElement.EnumerateArray().Select(element => element.ToString())];
                case JsonValueKind.Object:
                    var pairs = json.RootElement.EnumerateObject().Select(member => (member.Name, Value: member.Value.ToString())).ToList();
                    return pairs.TrueForAll(pair => int.TryParse(pair.Name, CultureInfo.InvariantCulture, out _))
                        ? [.. pairs.OrderBy(pair => int.Parse(pair.Name, CultureInfo.InvariantCulture)).Select(pair => pair.Value)]
                        : pairs.TrueForAll(pair => int.TryParse(pair.Value, CultureInfo.InvariantCulture, out _))
                            ? [.. pairs.OrderBy(pair => int.Parse(pair.Value, CultureInfo.InvariantCulture)).Select(pair => pair.Name)]
                            : [];
            }
        }
        catch (JsonException)
        {
            // No JSON, so a list with commas.
        }

        return [.. text.Trim('[', ']', '(', ')').Split([',', ';'], StringSplitOptions.TrimEntries).Select(name => name.Trim('\'', '"'))];
    }

    private void CheckLabels(ModelRunner runner, IReadOnlyList<object?[]> rows)
    {
        List<string> labels = [.. runner.Outputs.Where(CanBeLabel).Select(output => output.Name)];
        // The labels of the only classifier, where the model keeps them to itself; unless its own columns are moved, their names have
        // spoken.
        var hidden = labels.Count == 0 && _classifiers is [{ KeepsColumns: false, Label: { } label, Names: var names }]
            && names.Count == _classes.Count ? label : null;
        if (hidden is not null)
            labels = [hidden];
        if (labels.Count == 0)
            return;

        using var opened = hidden is null ? null : LoadWith(hidden);
        var tallies = labels.ConvertAll(name => new LabelTally(name, _classes));
        foreach (var batch in rows.Concat(AllMadeUpRows()).Chunk(RowsAtOnce))
        {
            var builder = new FeatureBatchBuilder(_manifest.Features, batch.Length);
            foreach (var row in batch)
                builder.Add(row);
            var part = new ModelPart { Rows = builder, Wanted = labels };
            if (builder.Errors.Count > 0)
                continue;
            (opened ?? runner).Run([part]);
            // Made-up rows may be too much for a model; that says nothing about its classes.
            if (part.Prediction is not { } prediction)
                continue;
            for (var i = 0; i < labels.Count; i++)
                tallies[i].Add(part.Outputs[i], prediction, Tie);
        }

        foreach (var tally in tallies)
        {
            if (tally.Contradiction() is { } contradiction)
                throw Contradiction(contradiction);
        }
    }

    private bool CanBeLabel(TensorSpec output) =>
        output.Name != _output && output.Shape is [_] or [_, 1] && _trace.ComesFromDecision(output.Name);

    private IEnumerable<object?[]> AllMadeUpRows()
    {
        var random = new Random(_manifest.Features.Count);
        var rows = BatchProbe.MadeUpRows(_manifest, MadeUpRows, random);
        for (var i = 1; i < rows.Length; i += 2)
        {
            // Numbers without bounds may be of any size.
            var scale = Math.Pow(10, (random.NextDouble() * 6) - 1);
            for (var feature = 0; feature < rows[i].Length; feature++)
            {
                if (_manifest.Features[feature] is { Type: FeatureType.Float, Min: null, Max: null })
                    rows[i][feature] = (double)rows[i][feature]! * scale;
            }
        }

        return rows;
    }

    private ModelRunner LoadWith(string tensor)
    {
        var open = _model.Clone();
        open.Graph.Output.Add(new ValueInfoProto { Name = tensor });
        return ModelRunner.Load(open.ToByteArray(), _manifest with { Serving = _manifest.Serving with { Output = _output } });
    }

    private ModelException Contradiction(string model) => new(
        $"The model contradicts label.classes, which are {_classes.Text}: {model}. label.classes must be the model's own classes, in the "
            + $"order of the columns of its output '{_output}'.");
}
