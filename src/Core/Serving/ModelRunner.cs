using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Progeny.Abstractions.Serving;
using Progeny.Core.Lifecycle;

namespace Progeny.Core.Serving;

/// <summary>
/// A loaded ONNX model that fits its project. The one way in which a model is run: serving, acceptance and evaluation share it.
/// Safe for use by many threads at once.
/// </summary>
public sealed class ModelRunner : IDisposable
{
    private readonly InferenceSession session;
    // What goes wrong is in the exception; the library would print it to the error stream besides.
    private readonly RunOptions runOptions = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly ModelInputs inputs;
    private readonly PredictionOutput? prediction;
    private readonly string[] outputNames;

    static ModelRunner() => OrtEnv.Instance().DisableTelemetryEvents();

    private ModelRunner(InferenceSession session, Manifest manifest)
    {
        this.session = session;
        if (session.InputNames.FirstOrDefault(name => !session.InputMetadata[name].IsTensor) is { } input)
            throw new ModelException($"Input '{input}' is no tensor but a {session.InputMetadata[input].OnnxValueType}; only tensors can be served.");
        // Maps and sequences cannot travel in the protocol; a model may still have them beside its tensors.
        var tensors = session.OutputNames.Where(name => session.OutputMetadata[name].IsTensor).ToList();
        Inputs = Specs(session.InputMetadata, session.InputNames, "Input");
        Outputs = Specs(session.OutputMetadata, tensors, "Output");
        outputNames = [.. tensors];
        inputs = ModelInputs.Match(manifest.Features, Inputs);
        prediction = manifest.Features.Count == 0 ? null : PredictionOutput.Match(manifest, Outputs, [.. session.OutputNames.Except(tensors)]);
    }

    /// <summary>The model's own inputs.</summary>
    public ImmutableArray<TensorSpec> Inputs { get; }

    /// <summary>The model's own outputs.</summary>
    public ImmutableArray<TensorSpec> Outputs { get; }

    /// <summary>Loads a model from its bytes and checks that it fits the manifest.</summary>
    /// <exception cref="ModelException">The bytes are no ONNX model, or its inputs or outputs do not fit; the message lists both sides.</exception>
    public static ModelRunner Load(byte[] model, Manifest manifest)
    {
        // One thread a run: a node has more queries in flight than cores, and threads of one run would only wait for each other.
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
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
            return new ModelRunner(loaded, manifest);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Loads a model from a file: see <see cref="Load(byte[], Manifest)"/>.</summary>
    public static ModelRunner Load(string path, Manifest manifest) => Load(File.ReadAllBytes(path), manifest);

    /// <summary>Predicts from one tensor a feature, in the schema's order, each of shape <c>[rows, 1]</c> or <c>[rows]</c>.</summary>
    /// <exception cref="ModelException">The model failed, or what it returned is no prediction.</exception>
    public Prediction Predict(ImmutableArray<Tensor> features) => Run(features, []).Prediction!;

    /// <summary>Runs the model and returns the prediction, where the project declares features, and the outputs asked for.</summary>
    /// <param name="features">A tensor a feature in the schema's order, or the model's own inputs where there are no features.</param>
    /// <param name="wanted">The names of the raw outputs to return besides.</param>
    /// <exception cref="ModelException">The model failed, or what it returned is no prediction.</exception>
    public (Prediction? Prediction, ImmutableArray<Tensor> Outputs) Run(ImmutableArray<Tensor> features, IReadOnlyList<string> wanted)
    {
        var tensors = inputs.ToModel(features);
        var values = new OrtValue[tensors.Length];
        try
        {
            for (var i = 0; i < tensors.Length; i++)
                values[i] = TensorValues.ToValue(tensors[i]);

            string[] asked = prediction is null ? [.. wanted] : wanted.Contains(prediction.Name) ? [.. wanted] : [prediction.Name, .. wanted];
            using var results = session.Run(runOptions, inputs.Names, values, asked);
            var scores = prediction?.Read(results[Array.IndexOf(asked, prediction.Name)], (int)features[0].Shape[0]);
            var outputs = ImmutableArray.CreateBuilder<Tensor>(wanted.Count);
            foreach (var name in wanted)
                outputs.Add(TensorValues.FromValue(name, results[Array.IndexOf(asked, name)]));
            return (scores, outputs.MoveToImmutable());
        }
        catch (OnnxRuntimeException exception)
        {
            // Tensors that a client gave as they are have been held to names and types only: which shapes and values the model takes, it alone
            // can say. Those of a schema have been checked, and a model that fails on them is at fault itself.
            throw prediction is null
                ? new ModelException($"The model cannot run on these inputs: {exception.Message}", exception) { IsInvalidInput = true }
                : new ModelException($"The model failed: {exception.Message}", exception);
        }
        finally
        {
            foreach (var value in values)
                value?.Dispose();
        }
    }

    /// <summary>The names of all outputs.</summary>
    public IReadOnlyList<string> OutputNames => outputNames;

    public void Dispose()
    {
        runOptions.Dispose();
        session.Dispose();
    }

    private static ImmutableArray<TensorSpec> Specs(
        IReadOnlyDictionary<string, NodeMetadata> metadata, IReadOnlyList<string> names, string kind)
    {
        var specs = ImmutableArray.CreateBuilder<TensorSpec>(names.Count);
        foreach (var name in names)
        {
            var node = metadata[name];
            if (!ElementTypes.TryFromOnnx(node.ElementDataType, out var type))
                throw new ModelException($"{kind} '{name}' has the element type {node.ElementDataType}; one of {ElementTypes.Names} can be served.");
            specs.Add(new TensorSpec(name, type, [.. node.Dimensions.Select(extent => (long)extent)]));
        }

        return specs.ToImmutable();
    }
}
