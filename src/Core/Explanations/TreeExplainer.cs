using Google.Protobuf;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common.Onnx;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Explanations;

/// <summary>
/// Exact Shapley values of a model that is a sum of trees over columns, each of which comes from one feature, with a link behind: what the
/// built-in trainer writes. They are those of the sum, before the link.
/// </summary>
internal sealed class TreeExplainer
{
    private const double Tolerance = 1e-4;

    private readonly HashSet<string> graphInputs;
    private readonly Dictionary<string, NodeProto> producers;
    private readonly List<NodeProto> ensembles;
    private readonly string columns;
    private readonly string margin;

    private TreeExplainer(
        GraphProto graph, Dictionary<string, NodeProto> producers, List<NodeProto> ensembles, string columns, string margin, string space)
    {
        graphInputs = graph.Input.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        this.producers = producers;
        this.ensembles = ensembles;
        this.columns = columns;
        this.margin = margin;
        Space = space;
    }

    /// <summary><see cref="Explanation.Space"/></summary>
    public string Space { get; }

    /// <summary>The explainer of a model; null: it is no such model.</summary>
    /// <param name="bytes">The ONNX model.</param>
    /// <param name="output">The output that holds the prediction.</param>
    public static (TreeExplainer Explainer, ModelProto Model)? TryCreate(byte[] bytes, string output)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }

        var made = model.Graph.Node.SelectMany(node => node.Output.Select(name => (name, node)))
            .ToDictionary(pair => pair.name, pair => pair.node);
        var sums = model.Graph.Node.Where(TreeEnsembleReader.IsEnsemble).ToList();
        if (sums.Count == 0 || sums.Select(node => node.Input[0]).Distinct().Count() > 1
            || FindMargin(made, output) is not var (margin, space))
            return null;
        return (new TreeExplainer(model.Graph, made, sums, sums[0].Input[0], margin, space), model);
    }

    /// <summary>Explains the first row of <paramref name="explained"/>.</summary>
    /// <param name="score">The index of the class; 0 for regression.</param>
    /// <returns>
    /// The values with the model's own sum; null: the trees do not add up to what the model says, so they are not the whole of it.
    /// </returns>
    /// <exception cref="ModelException">The model failed.</exception>
    public (ShapleyValues Values, double OfModel)? Explain(
        ModelProto model,
        Manifest manifest,
        string output,
        FeatureBatchBuilder explained,
        FeatureBatchBuilder background,
        int score,
        CancellationToken cancellationToken)
    {
        var trees = ensembles.Select(TreeEnsembleReader.Read).ToList();
        if (trees.Contains(null) || SourcesOf(manifest) is not { } sources)
            return null;
        List<string> wanted = [
            margin,
            .. sources.Where(source => !IsInput(source.Tensor)).Select(source => source.Tensor),
            .. IsInput(columns) ? [] : new[] { columns },
        ];
        wanted = [.. wanted.Distinct()];
        using var runner = LoadWith(model, manifest, output, wanted);
        var rows = Join(manifest, explained, background);
        var part = new ModelPart { Rows = rows, Wanted = wanted };
        runner.Run([part]);
        if (part.Error is { } error)
            throw error;

        var tensors = part.Outputs.ToDictionary(tensor => tensor.Name);
        var featureOf = sources.SelectMany(
            source => Enumerable.Repeat(source.Feature, IsInput(source.Tensor) ? source.Width : WidthOf(tensors[source.Tensor]))).ToArray();
        var values = ColumnsOf(rows, tensors, featureOf.Length);
        var margins = tensors[margin];
        var width = WidthOf(margins);
        var binary = manifest.Label?.Classes.Count == 2 && width == 1;
        var target = width == 1 ? -1 : score;
        cancellationToken.ThrowIfCancellationRequested();
        List<ExplainedTree> all = [.. trees.SelectMany(list => list!)];
        var sums = values.Select(row => all.Sum(tree => TreeGame.WeightOf(tree.LeafOf(row), target))).ToArray();
        var own = Enumerable.Range(0, rows.Rows).Select(row => TensorValues.Read(margins, (row * width) + Math.Max(0, target))).ToArray();
        // A base score may stand beside the trees; it is the same for all rows.
        var constant = own[0] - sums[0];
        if (own.Where((value, row) => Math.Abs(value - sums[row] - constant) > Tolerance * Math.Max(1, Math.Abs(value))).Any())
            return null;
        constant = IsZero(constant, own[0]) ? 0 : Enumerable.Range(0, own.Length).Average(row => own[row] - sums[row]);

        var game = new TreeGame(featureOf, manifest.Features.Count);
        foreach (var tree in all)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var row = 1; row < values.Length; row++)
                game.Add(tree, values[0], values[row], target);
        }

        var sign = binary && score == 0 ? -1 : 1;
        double count = values.Length - 1;
        double[] amounts = [.. game.Amounts.ToArray().Select(amount => sign * amount / count)];
        return (new ShapleyValues(sign * (constant + sums.Skip(1).Average()), sign * (constant + sums[0]), amounts), sign * own[0]);
    }

    /// <summary>The tensor before the link, and what it is.</summary>
    private static (string Margin, string Space)? FindMargin(Dictionary<string, NodeProto> producers, string output)
    {
        if (!producers.TryGetValue(output, out var node))
            return null;
        if (node is { OpType: "Concat", Input.Count: 2 } && !producers.TryGetValue(node.Input[1], out node))
            return null; // both classes of a binary task, the positive one behind the other
        if (node is { OpType: "Cast" } && producers.TryGetValue(node.Input[0], out var greater) && greater.OpType == "Greater")
            return (greater.Input[0], "margin");
        return node.OpType switch
        {
            "Sigmoid" => (node.Input[0], "log_odds"),
            "Softmax" => (node.Input[0], "logit"),
            "Exp" => (node.Input[0], "log"),
            "Identity" => (node.Input[0], "value"),
            _ when TreeEnsembleReader.IsEnsemble(node) => (output, "value"),
            _ => null,
        };
    }

    private static bool IsZero(double constant, double value) => Math.Abs(constant) <= 1e-5 * Math.Max(1, Math.Abs(value));

    private static int WidthOf(Tensor tensor) => tensor.Shape is [_, var columns] ? (int)columns : 1;

    private static FeatureBatchBuilder Join(Manifest manifest, FeatureBatchBuilder explained, FeatureBatchBuilder background)
    {
        var rows = new FeatureBatchBuilder(manifest.Features, background.Rows + 1);
        for (var row = 0; row <= background.Rows; row++)
        {
            rows.AddRow();
            for (var i = 0; i < rows.Columns.Count; i++)
                rows.Columns[i].CopyFrom(row == 0 ? explained.Columns[i] : background.Columns[i], Math.Max(0, row - 1), row);
        }

        return rows;
    }

    /// <summary>The model with tensors of its middle among its outputs.</summary>
    private static ModelRunner LoadWith(ModelProto model, Manifest manifest, string output, List<string> wanted)
    {
        var open = model.Clone();
        foreach (var name in wanted.Where(name => open.Graph.Output.All(known => known.Name != name)))
            open.Graph.Output.Add(new ValueInfoProto { Name = name });
        return ModelRunner.Load(open.ToByteArray(), manifest with { Serving = manifest.Serving with { Output = output } });
    }

    private bool IsInput(string tensor) => graphInputs.Contains(tensor);

    /// <summary>The tensors that are laid side by side as the trees' columns, each with its only feature; null: one has several.</summary>
    private List<(string Tensor, int Feature, int Width)>? SourcesOf(Manifest manifest)
    {
        var indexes = manifest.Features.Select((feature, index) => (feature.Name, index))
            .ToDictionary(pair => pair.Name, pair => pair.index, StringComparer.Ordinal);
        if (IsInput(columns) && !indexes.ContainsKey(columns))
            return [.. manifest.Features.Select((_, i) => (columns, i, 1))]; // one matrix of all features
        IEnumerable<string> tensors = producers.TryGetValue(columns, out var node) && node.OpType == "Concat" ? node.Input : [columns];
        var sources = new List<(string, int, int)>();
        foreach (var tensor in tensors)
        {
            var inputs = new HashSet<string>(StringComparer.Ordinal);
            Collect(tensor, inputs);
            if (inputs.Count != 1 || !indexes.TryGetValue(inputs.Single(), out var feature))
                return null;
            sources.Add((tensor, feature, 1));
        }

        return sources;
    }

    private void Collect(string tensor, HashSet<string> inputs)
    {
        if (IsInput(tensor))
            inputs.Add(tensor);
        else if (producers.TryGetValue(tensor, out var node))
        {
            foreach (var input in node.Input)
                Collect(input, inputs);
        }
    }

    private float[][] ColumnsOf(FeatureBatchBuilder rows, Dictionary<string, Tensor> tensors, int width)
    {
        if (tensors.TryGetValue(columns, out var tensor))
        {
            return [.. Enumerable.Range(0, rows.Rows).Select(row =>
                Enumerable.Range(0, width).Select(column => (float)TensorValues.Read(tensor, (row * width) + column)).ToArray())];
        }

        return [.. Enumerable.Range(0, rows.Rows).Select(row => rows.Columns.Select(column => (float)column.GetNumber(row)).ToArray())];
    }
}
