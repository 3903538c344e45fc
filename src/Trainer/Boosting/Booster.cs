using System.Globalization;
using System.Runtime.InteropServices;

namespace Progeny.Trainer.Boosting;

/// <summary>A booster of the native library. Not for several threads at once.</summary>
public sealed class Booster : IDisposable
{
    readonly Handle _handle;

    Booster(Handle handle) => _handle = handle;

    /// <summary>A new booster that keeps the margins of these matrices between rounds.</summary>
    public static Booster Create(params ReadOnlySpan<DataMatrix> cached)
    {
        Span<nint> handles = stackalloc nint[cached.Length];
        for (var i = 0; i < cached.Length; i++)
            handles[i] = cached[i].Native.DangerousGetHandle();
        XGBoostLibrary.Check(NativeMethods.XGBoosterCreate(handles, (ulong)handles.Length, out var handle));
        return new Booster(handle);
    }

    /// <summary>The number of rounds trained so far, those of earlier trainings included.</summary>
    public int Rounds
    {
        get
        {
            XGBoostLibrary.Check(NativeMethods.XGBoosterBoostedRounds(_handle, out var rounds));
            return rounds;
        }
    }

    public void Set(string name, string value) => XGBoostLibrary.Check(NativeMethods.XGBoosterSetParam(_handle, name, value));

    /// <summary>Trains one round.</summary>
    public void Update(int iteration, DataMatrix train) =>
        XGBoostLibrary.Check(NativeMethods.XGBoosterUpdateOneIter(_handle, iteration, train.Native));

    /// <summary>The evaluation metrics on a matrix, in the order in which they were asked for.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Evaluate(int iteration, DataMatrix matrix)
    {
        var name = Marshal.StringToCoTaskMemUTF8("e");
        try
        {
            XGBoostLibrary.Check(NativeMethods.XGBoosterEvalOneIter(
                _handle, iteration, [matrix.Native.DangerousGetHandle()], [name], 1, out var result));
            // "[12]\te-logloss:0.53\te-auc:0.71"; a metric's own name may hold a colon no more than a dash.
            var text = Marshal.PtrToStringUTF8(result) ?? "";
            return
            [
                .. text.Split('\t').Skip(1).Select(part =>
                {
                    var colon = part.LastIndexOf(':');
                    return KeyValuePair.Create(
                        part[(part.IndexOf('-', StringComparison.Ordinal) + 1)..colon],
                        Figure(part[(colon + 1)..].Trim()));
                }),
            ];
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    /// <summary>A figure as C++ prints it.</summary>
    /// <exception cref="TrainerException">It is no number.</exception>
    public static double Figure(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ when text.TrimStart('-').StartsWith("nan", StringComparison.Ordinal) => double.NaN,
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var figure) => figure,
        _ => throw new TrainerException($"XGBoost gave '{text}' for a metric, which is no number"),
    };

    /// <summary>The library's predictions: a number a row, or for several classes a number a class, row by row.</summary>
    public float[] Predict(DataMatrix matrix)
    {
        const string Normal = """{"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false}""";
        XGBoostLibrary.Check(NativeMethods.XGBoosterPredictFromDMatrix(
            _handle, matrix.Native, Normal, out var shape, out var dimensions, out var result));
        var sizes = new long[checked((int)dimensions)];
        Marshal.Copy(shape, sizes, 0, sizes.Length);
        var values = new float[sizes.Aggregate(1L, (product, size) => checked(product * size))];
        Marshal.Copy(result, values, 0, values.Length);
        return values;
    }

    /// <summary>The model's bytes: <c>ubj</c> to keep, <c>json</c> to read.</summary>
    public byte[] Save(string format)
    {
        XGBoostLibrary.Check(NativeMethods.XGBoosterSaveModelToBuffer(
            _handle, $$"""{"format": "{{format}}"}""", out var length, out var buffer));
        var bytes = new byte[checked((int)length)];
        Marshal.Copy(buffer, bytes, 0, bytes.Length);
        return bytes;
    }

    /// <summary>Takes over a model that <see cref="Save"/> wrote.</summary>
    public void Load(ReadOnlySpan<byte> model) =>
        XGBoostLibrary.Check(NativeMethods.XGBoosterLoadModelFromBuffer(_handle, model, (ulong)model.Length));

    /// <summary>A booster with the first rounds only; for trees.</summary>
    public Booster Slice(int rounds)
    {
        XGBoostLibrary.Check(NativeMethods.XGBoosterSlice(_handle, 0, rounds, 1, out var slice));
        return new Booster(slice);
    }

    public void Dispose() => _handle.Dispose();

    internal sealed class Handle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => NativeMethods.XGBoosterFree(handle) == 0;
    }
}
