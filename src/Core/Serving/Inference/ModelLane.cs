using Microsoft.ML.OnnxRuntime;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// The memory for one run of a model at a time, used for one run after the other, so that a run neither allocates nor tells ONNX Runtime
/// anew where its inputs lie.
/// </summary>
internal sealed class ModelLane(InferenceSession session, ModelRun run, ModelInputs inputs, PredictionOutput prediction) : IDisposable
{
    /// <summary>Lanes for more rows than this are not worth keeping.</summary>
    public const int MaxRowsKept = 1_024;

    // For so many numbers of rows the values are kept.
    private const int MaxValuesKept = 64;

    private readonly OrtValue[]?[] inputValues = new OrtValue[]?[MaxValuesKept + 1];
    private readonly OrtValue[]?[] outputValues = new OrtValue[]?[MaxValuesKept + 1];
    private readonly string[] outputName = [prediction.Name];
    private readonly AlignedBuffer[] data = new AlignedBuffer[inputs.Specs.Length];
    private readonly string[][] texts = new string[inputs.Specs.Length][];
    private AlignedBuffer scores = AlignedBuffer.Empty;
    private int rows;

    /// <summary>For how many rows there is room.</summary>
    public int Capacity { get; private set; }

    /// <summary>Empties the lane and makes room.</summary>
    public void Begin(int most)
    {
        rows = 0;
        if (most <= Capacity)
            return;
        DisposeValues();
        Capacity = Math.Max(MaxValuesKept, most);
        for (var input = 0; input < data.Length; input++)
        {
            var elements = Capacity * inputs.FeaturesOf(input).Length;
            var bytes = ElementTypes.BytesOf(inputs.Specs[input].Type);
            data[input] = new AlignedBuffer(elements * bytes);
            texts[input] = bytes == 0 ? new string[elements] : [];
        }

        scores = new AlignedBuffer(Capacity * Math.Max(0, prediction.Width) * ElementTypes.BytesOf(prediction.Type));
    }

    /// <summary>Copies the rows of a query behind those that are there.</summary>
    /// <returns>The index of its first row.</returns>
    /// <exception cref="ModelException">A value does not fit the model's input; the lane is as it was.</exception>
    public int Add(ModelPart part)
    {
        for (var input = 0; input < data.Length; input++)
        {
            var features = inputs.FeaturesOf(input);
            var type = inputs.Specs[input].Type;
            var bytes = ElementTypes.BytesOf(type);
            for (var column = 0; column < features.Length; column++)
            {
                var first = (rows * features.Length) + column;
                var elements = bytes == 0
                    ? new InputElements(type, [], texts[input].AsSpan(first))
                    : new InputElements(type, data[input].Span[(first * bytes)..], []);
                part.Rows.Columns[features[column]].CopyTo(part.Rows.Rows, part.Except.Span, elements, features.Length);
            }
        }

        var index = rows;
        rows += part.Count;
        return index;
    }

    /// <summary>Runs the model on all rows for the prediction alone.</summary>
    /// <param name="parts">The queries whose rows they are.</param>
    /// <exception cref="OnnxRuntimeException">The model failed.</exception>
    /// <exception cref="ModelException">The run was stopped.</exception>
    public void Run(ReadOnlySpan<ModelPart> parts)
    {
        var values = Values(inputValues, MakeInputs);
        var outputs = Values(outputValues, MakeOutputs);
        run.Begin(parts);
        try
        {
            FillTexts(values);
            session.Run(run.Options, inputs.Names, values, outputName, outputs);
        }
        catch (OnnxRuntimeException) when (run.Stopped is not null)
        {
            throw run.Stopped;
        }
        finally
        {
            run.End();
            if (rows > MaxValuesKept)
                DisposeAll([.. values, .. outputs]);
        }
    }

    /// <summary>The prediction of the rows of one query, after <see cref="Run(ReadOnlySpan{ModelPart})"/>.</summary>
    /// <exception cref="ModelException">What the model returned is no prediction.</exception>
    public Prediction Read(int first, int count)
    {
        var bytes = prediction.Width * ElementTypes.BytesOf(prediction.Type);
        return prediction.Read(scores.Span.Slice(first * bytes, count * bytes), prediction.Width);
    }

    /// <summary>Runs the model on all rows for outputs of any shape; the caller disposes them.</summary>
    /// <exception cref="OnnxRuntimeException">The model failed.</exception>
    /// <exception cref="ModelException">The run was stopped.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(ReadOnlySpan<ModelPart> parts, string[] outputs)
    {
        var values = Values(inputValues, MakeInputs);
        run.Begin(parts);
        try
        {
            FillTexts(values);
            return session.Run(run.Options, inputs.Names, values, outputs);
        }
        catch (OnnxRuntimeException) when (run.Stopped is not null)
        {
            throw run.Stopped;
        }
        finally
        {
            run.End();
            if (rows > MaxValuesKept)
                DisposeAll(values);
        }
    }

    public void Dispose()
    {
        DisposeValues();
        run.Dispose();
    }

    private void DisposeValues()
    {
        foreach (var values in inputValues.Concat(outputValues))
            DisposeAll(values ?? []);
        Array.Clear(inputValues);
        Array.Clear(outputValues);
        Capacity = 0;
    }

    private static void DisposeAll(OrtValue[] values)
    {
        foreach (var value in values)
            value.Dispose();
    }

    private static OrtValue Over(AlignedBuffer memory, DataType type, long[] shape) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, ElementTypes.ToOnnx(type), shape, memory.Address, memory.Length);

    private OrtValue[] Values(OrtValue[]?[] kept, Func<OrtValue[]> make) =>
        rows > MaxValuesKept ? make() : kept[rows] ??= make();

    private OrtValue[] MakeInputs()
    {
        var values = new OrtValue[data.Length];
        for (var input = 0; input < values.Length; input++)
        {
            var spec = inputs.Specs[input];
            long[] shape = spec.Shape.Length == 1 ? [rows] : [rows, inputs.FeaturesOf(input).Length];
            values[input] = spec.Type == DataType.Bytes
                ? OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape)
                : Over(data[input], spec.Type, shape);
        }

        return values;
    }

    private OrtValue[] MakeOutputs() => [Over(scores, prediction.Type, prediction.ShapeOf(rows))];

    private void FillTexts(OrtValue[] values)
    {
        for (var input = 0; input < values.Length; input++)
        {
            if (inputs.Specs[input].Type != DataType.Bytes)
                continue;
            for (var row = 0; row < rows; row++)
                values[input].StringTensorSetElementAt(texts[input][row].AsSpan(), row);
        }
    }
}
