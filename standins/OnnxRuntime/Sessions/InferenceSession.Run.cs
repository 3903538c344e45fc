using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime;

public sealed unsafe partial class InferenceSession
{
    // 1 KB of stack: enough for 32 inputs with 32 outputs; more go to the heap.
    private const int PointersOnStack = 128;

    /// <summary>Runs the model.</summary>
    /// <param name="runOptions">How; also lets another thread end the run.</param>
    /// <param name="inputNames">The inputs that are given.</param>
    /// <param name="inputValues">Their values, in the same order.</param>
    /// <param name="outputNames">The outputs that are asked for.</param>
    /// <returns>The outputs in the order asked for; the caller disposes them with the list.</returns>
    /// <exception cref="OnnxRuntimeException">A name is unknown, an input is missing or of the wrong type or shape, or the run failed.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        RunOptions runOptions, IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputValues, IReadOnlyCollection<string> outputNames)
    {
        ArgumentNullException.ThrowIfNull(runOptions);
        var inputs = CountPairs(inputNames, inputValues, nameof(inputNames), nameof(inputValues));
        ArgumentNullException.ThrowIfNull(outputNames);
        var outputs = outputNames.Count;

        var pointers = 2 * (inputs + outputs) <= PointersOnStack ? stackalloc nint[PointersOnStack] : new nint[2 * (inputs + outputs)];
        _inputs.Resolve(inputNames, pointers[..inputs]);
        Resolve(inputValues, pointers.Slice(inputs, inputs));
        _outputs.Resolve(outputNames, pointers.Slice(2 * inputs, outputs));
        var results = pointers.Slice((2 * inputs) + outputs, outputs);
        RunNative(runOptions, pointers, inputs, outputs);
        GC.KeepAlive(inputValues);
        return Own(results);
    }

    /// <summary>Runs the model.</summary>
    /// <param name="runOptions">How; also lets another thread end the run.</param>
    /// <param name="inputs">The inputs by name.</param>
    /// <param name="outputNames">The outputs that are asked for.</param>
    /// <returns>The outputs in the order asked for; the caller disposes them with the list.</returns>
    /// <exception cref="OnnxRuntimeException">A name is unknown, an input is missing or of the wrong type or shape, or the run failed.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        RunOptions runOptions, IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyCollection<string> outputNames)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Run(runOptions, [.. inputs.Keys], [.. inputs.Values], outputNames);
    }

    /// <summary>Runs the model into tensors that exist.</summary>
    /// <param name="runOptions">How; null for the defaults.</param>
    /// <param name="inputNames">The inputs that are given.</param>
    /// <param name="inputValues">Their values, in the same order.</param>
    /// <param name="outputNames">The outputs that are asked for.</param>
    /// <param name="outputValues">Tensors of their types and shapes, in the same order.</param>
    /// <exception cref="OnnxRuntimeException">A name is unknown, a value is missing or of the wrong type or shape, or the run failed.</exception>
    public void Run(
        RunOptions? runOptions,
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputValues,
        IReadOnlyCollection<string> outputNames,
        IReadOnlyCollection<OrtValue> outputValues)
    {
        var inputs = CountPairs(inputNames, inputValues, nameof(inputNames), nameof(inputValues));
        var outputs = CountPairs(outputNames, outputValues, nameof(outputNames), nameof(outputValues));

        var pointers = 2 * (inputs + outputs) <= PointersOnStack ? stackalloc nint[PointersOnStack] : new nint[2 * (inputs + outputs)];
        _inputs.Resolve(inputNames, pointers[..inputs]);
        Resolve(inputValues, pointers.Slice(inputs, inputs));
        _outputs.Resolve(outputNames, pointers.Slice(2 * inputs, outputs));
        Resolve(outputValues, pointers.Slice((2 * inputs) + outputs, outputs));
        RunNative(runOptions, pointers, inputs, outputs);
        GC.KeepAlive(inputValues);
        GC.KeepAlive(outputValues);
    }

    private static int CountPairs(
        IReadOnlyCollection<string> names, IReadOnlyCollection<OrtValue> values, string namesParameter, string valuesParameter)
    {
        ArgumentNullException.ThrowIfNull(names, namesParameter);
        ArgumentNullException.ThrowIfNull(values, valuesParameter);
        return names.Count == values.Count ? names.Count : throw new ArgumentException(
            $"There are {names.Count} {namesParameter}, but {values.Count} {valuesParameter}; each name needs one value.", valuesParameter);
    }

    private static void Resolve(IReadOnlyCollection<OrtValue> values, Span<nint> natives)
    {
        var count = 0;
        if (values is OrtValue[] array)
        {
            foreach (var value in array) natives[count++] = value.Handle;
        }
        else if (values is IReadOnlyList<OrtValue> list)
        {
            for (; count < list.Count; count++) natives[count] = list[count].Handle;
        }
        else
        {
            foreach (var value in values) natives[count++] = value.Handle;
        }
    }

    private static OrtValueList Own(Span<nint> results)
    {
        var values = new OrtValue[results.Length];
        var owned = 0;
        try
        {
            for (; owned < values.Length; owned++) values[owned] = new OrtValue(results[owned]);
            return new OrtValueList(values);
        }
        catch
        {
            // The one that failed is its object's already; its finalizer frees it.
            for (var i = 0; i < owned; i++) values[i].Dispose();
            for (var i = owned + 1; i < results.Length; i++) OrtApi.ReleaseValue(results[i]);
            throw;
        }
    }

    private void RunNative(RunOptions? runOptions, Span<nint> pointers, int inputs, int outputs)
    {
        ObjectDisposedException.ThrowIf(_session.IsClosed, this);
        var sessionHeld = false;
        var optionsHeld = false;
        try
        {
            _session.DangerousAddRef(ref sessionHeld);
            runOptions?.DangerousAddRef(ref optionsHeld);
            fixed (nint* first = pointers)
            {
                Status.Check(OrtApi.Run(
                    _session.DangerousGetHandle(),
                    runOptions?.DangerousGetHandle() ?? 0,
                    first,
                    first + inputs,
                    (nuint)inputs,
                    first + (2 * inputs),
                    (nuint)outputs,
                    first + (2 * inputs) + outputs));
            }
        }
        finally
        {
            if (optionsHeld) runOptions!.DangerousRelease();
            if (sessionHeld) _session.DangerousRelease();
        }
    }
}
