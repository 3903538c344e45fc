using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Progeny.Abstractions.Queries;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// A loaded ONNX model that fits its project. The one way in which a model is run: serving, acceptance and evaluation share it.
/// Safe for use by many threads at once.
/// </summary>
public sealed class ModelRunner : IDisposable
{
    private const int MaxPartsOnStack = 256;

    private readonly InferenceSession session;
    private readonly ModelSignature signature;
    private readonly ModelWatchdog watchdog;
    private readonly ProjectRuns? project;
    private readonly ModelBounds.Counter? bounds;
    private readonly ModelInputs inputs;
    private readonly PredictionOutput? prediction;
    private readonly string[] outputNames;
    private readonly FrozenSet<string> outputs;
    private readonly ConcurrentQueue<ModelLane> lanes = new();
    private readonly ConcurrentQueue<ModelRun> runs = new();

    static ModelRunner() => OnnxRuntimeLibrary.Load();

    private ModelRunner(
        InferenceSession session, Manifest manifest, ModelWatchdog watchdog, ProjectRuns? project, ModelBounds.Counter? bounds)
    {
        (this.session, this.watchdog, this.project, this.bounds) = (session, watchdog, project, bounds);
        signature = ModelSignature.Of(session);
        outputNames = [.. signature.Outputs.Select(output => output.Name)];
        outputs = outputNames.ToFrozenSet(StringComparer.Ordinal);
        inputs = ModelInputs.Match(manifest.Features, Inputs);
        prediction = manifest.Features.Count == 0
            ? null
            : PredictionOutput.Match(manifest, Outputs, [.. session.OutputNames.Except(outputNames)]);
    }

    /// <summary>The model's own inputs.</summary>
    public ImmutableArray<TensorSpec> Inputs => signature.Inputs;

    /// <summary>The model's own outputs.</summary>
    public ImmutableArray<TensorSpec> Outputs => signature.Outputs;

    /// <summary>Loads a model from its bytes and checks that it fits the manifest.</summary>
    /// <param name="watchdog">Stops runs that take too long; null: <see cref="ModelWatchdog.Default"/>.</param>
    /// <param name="project">The runs of the project's models; null: they need not be told apart from others.</param>
    /// <param name="bounds">Counts the runs that exceed a bound; null: nobody does.</param>
    /// <exception cref="ModelException">The bytes are no ONNX model, or its inputs or outputs do not fit; the message lists both
    /// sides.</exception>
    public static ModelRunner Load(
        byte[] model, Manifest manifest, ModelWatchdog? watchdog = null, ProjectRuns? project = null, ModelBounds.Counter? bounds = null)
    {
        using var options = OnnxRuntimeLibrary.SessionOptions();
        InferenceSession loaded;
        try
        {
            loaded = new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelException($"The model cannot be loaded: {exception.Message}", exception);
        }

        try
        {
            return new ModelRunner(loaded, manifest, watchdog ?? ModelWatchdog.Default, project, bounds);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Loads a model from a file: see <see cref="Load(byte[], Manifest, ModelWatchdog?, ProjectRuns?, ModelBounds.Counter?)"/>.
    /// </summary>
    public static ModelRunner Load(string path, Manifest manifest) => Load(File.ReadAllBytes(path), manifest);

    /// <summary>Predicts rows.</summary>
    /// <param name="except">For each row whether it is left out; empty: none is.</param>
    /// <exception cref="ModelException">The model failed, or what it returned is no prediction.</exception>
    public Prediction Predict(FeatureBatchBuilder rows, ReadOnlyMemory<bool> except = default)
    {
        var part = new ModelPart { Rows = rows, Except = except };
        Run([part]);
        return part.Prediction ?? throw part.Error!;
    }

    /// <summary>
    /// Runs the rows of several queries at once. Each gets what it would have got alone, its own errors included: what fails together is
    /// run one by one.
    /// </summary>
    /// <param name="parts">The queries, of a model whose project declares features; each learns its prediction or error.</param>
    public void Run(ReadOnlySpan<ModelPart> parts)
    {
        var lane = lanes.TryDequeue(out var spare) ? spare : new ModelLane(session, new ModelRun(watchdog, project), inputs, prediction!);
        try
        {
            RunIn(lane, parts);
            Count(parts);
        }
        finally
        {
            if (lane.Capacity <= ModelLane.MaxRowsKept && lanes.Count < Environment.ProcessorCount)
                lanes.Enqueue(lane);
            else
                lane.Dispose();
        }
    }

    /// <summary>Runs the model on its own inputs and returns the outputs asked for.</summary>
    /// <param name="tensors">The model's inputs in any order, checked by <see cref="TensorChecks"/>.</param>
    /// <param name="wanted">The names of the outputs.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="ModelException">The model failed, or was stopped.</exception>
    public ImmutableArray<Tensor> Run(
        ImmutableArray<Tensor> tensors, IReadOnlyList<string> wanted, CancellationToken cancellationToken = default)
    {
        var given = inputs.InOrder(tensors);
        var values = new OrtValue[given.Length];
        var run = runs.TryDequeue(out var spare) ? spare : new ModelRun(watchdog, project);
        run.Begin(cancellationToken);
        try
        {
            for (var i = 0; i < given.Length; i++)
                values[i] = TensorValues.ToValue(given[i]);
            using var results = session.Run(run.Options, inputs.Names, values, [.. wanted]);
            ImmutableArray<Tensor> read = [.. wanted.Select((name, i) => TensorValues.FromValue(name, results[i]))];
            bounds?.Kept();
            return read;
        }
        catch (OnnxRuntimeException) when (run.Stopped is not null)
        {
            var stopped = run.Stopped;
            if (stopped.IsOverBound)
                bounds?.Exceeded(stopped.Message);
            throw stopped;
        }
        catch (ModelException exception) when (exception.IsOverBound)
        {
            bounds?.Exceeded(exception.Message);
            throw;
        }
        catch (OnnxRuntimeException exception)
        {
            if (OnnxRuntimeLibrary.IsOverBound(exception))
                bounds?.Exceeded(OnnxRuntimeLibrary.Describe(exception));

            // Tensors that a client gave as they are have been held to names and types only: which shapes and values the model takes, it
            // alone can say.
            throw new ModelException(
                $"The model cannot run on these inputs: {OnnxRuntimeLibrary.Describe(exception)}", exception) { IsInvalidInput = true };
        }
        finally
        {
            run.End();
            foreach (var value in values)
                value?.Dispose();
            if (runs.Count < Environment.ProcessorCount)
                runs.Enqueue(run);
            else
                run.Dispose();
        }
    }

    /// <summary>The names of all outputs.</summary>
    public IReadOnlyList<string> OutputNames => outputNames;

    /// <summary>Whether the model has an output that is a tensor and has this name.</summary>
    public bool HasOutput(string name) => outputs.Contains(name);

    public void Dispose()
    {
        while (lanes.TryDequeue(out var lane))
            lane.Dispose();
        while (runs.TryDequeue(out var run))
            run.Dispose();
        session.Dispose();
    }

    private void Count(ReadOnlySpan<ModelPart> parts)
    {
        if (bounds is null)
            return;
        var kept = false;
        foreach (var part in parts)
        {
            if (part.Error is { IsOverBound: true } error)
            {
                bounds.Exceeded(error.Message);
                return;
            }

            kept |= part.Error is null;
        }

        if (kept)
            bounds.Kept();
    }

    private void RunIn(ModelLane lane, ReadOnlySpan<ModelPart> parts)
    {
        var rows = 0;
        var plain = prediction!.Width > 0;
        foreach (var part in parts)
        {
            rows += part.Count;
            plain &= part.Wanted.Count == 0;
        }

        lane.Begin(rows);
        Span<int> firsts = parts.Length <= MaxPartsOnStack ? stackalloc int[parts.Length] : new int[parts.Length];
        rows = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            (parts[i].Prediction, parts[i].Outputs, parts[i].Error) = (null, [], null);
            try
            {
                firsts[i] = lane.Add(parts[i]);
                rows += parts[i].Count;
            }
            catch (ModelException exception)
            {
                parts[i].Error = exception;
            }
        }

        try
        {
            if (rows > 0 && !(plain && TryRunPlain(lane, parts, firsts)))
                RunWithOutputs(lane, parts, firsts, rows);
        }
        catch (ModelException exception) when (exception.IsStopped)
        {
            foreach (var part in parts)
                part.Error ??= exception;
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or ModelException)
        {
            if (parts.Length == 1)
            {
                // A schema's values have been checked, and a model that fails on them is at fault itself.
                parts[0].Error = exception as ModelException
                    ?? new ModelException(
                        $"The model failed: {OnnxRuntimeLibrary.Describe(exception)}",
                        exception) { IsOverBound = OnnxRuntimeLibrary.IsOverBound(exception) };
                return;
            }

            for (var i = 0; i < parts.Length; i++)
                RunIn(lane, parts.Slice(i, 1));
        }
    }

    /// <summary>
    /// The quick way; false where the model fails, or returns another shape than it states; the slow way finds out which.
    /// </summary>
    private static bool TryRunPlain(ModelLane lane, ReadOnlySpan<ModelPart> parts, ReadOnlySpan<int> firsts)
    {
        try
        {
            lane.Run(parts);
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Error is not null)
                continue;
            try
            {
                parts[i].Prediction = lane.Read(firsts[i], parts[i].Count);
            }
            catch (ModelException exception)
            {
                parts[i].Error = exception;
            }
        }

        return true;
    }

    private void RunWithOutputs(ModelLane lane, ReadOnlySpan<ModelPart> parts, ReadOnlySpan<int> firsts, int rows)
    {
        var names = new List<string> { prediction!.Name };
        var places = new Dictionary<string, int>(StringComparer.Ordinal) { [prediction.Name] = 0 };
        foreach (var part in parts)
        {
            foreach (var name in part.Wanted)
            {
                if (places.TryAdd(name, names.Count))
                    names.Add(name);
            }
        }

        using var results = lane.Run(parts, [.. names]);
        var tensors = names.Select((name, i) => TensorValues.FromValue(name, results[i])).ToList();
        var scores = tensors[0];
        var predicted = scores.Shape is [var first, ..] ? first : 1;
        if (predicted != rows)
            throw new ModelException($"The model predicted {predicted} rows for {rows}; one for each would be right.");
        // What does not count rows cannot be shared out.
        var shared = parts.Length > 1;
        if (shared && tensors.Exists(tensor => !TensorRows.CountsRows(tensor, rows)))
            throw new ModelException("An output has no rows.");
        var width = (int)(TensorValues.Count(scores.Shape.AsSpan()) / rows);
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            if (part.Error is not null)
                continue;
            try
            {
                var (from, count) = (firsts[i], part.Count);
                part.Prediction = prediction.Read((shared ? TensorRows.Slice(scores, from, count) : scores).Data.Span, width);
                part.Outputs = [
                    .. part.Wanted.Select(name => tensors[places[name]])
                        .Select(tensor => shared ? TensorRows.Slice(tensor, from, count) : tensor),
                ];
            }
            catch (ModelException exception)
            {
                part.Error = exception;
            }
        }
    }
}
