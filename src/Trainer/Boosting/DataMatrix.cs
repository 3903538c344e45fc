using System.Runtime.InteropServices;

namespace Progeny.Trainer.Boosting;

/// <summary>The library's own copy of encoded rows.</summary>
public sealed class DataMatrix : IDisposable
{
    readonly Handle _handle;

    /// <summary>Copies rows into the library.</summary>
    /// <param name="values">Rows one after another, <paramref name="columns"/> numbers each; NaN is missing.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="threads">The threads to copy with; 0: all cores.</param>
    /// <param name="label">A label a row, or empty.</param>
    public DataMatrix(ReadOnlySpan<float> values, int rows, int columns, int threads = 0, ReadOnlySpan<float> label = default)
    {
        Rows = rows;
        XGBoostLibrary.Check(
            NativeMethods.XGDMatrixCreateFromMat_omp(values, (ulong)rows, (ulong)columns, float.NaN, out _handle, threads));
        if (!label.IsEmpty)
            XGBoostLibrary.Check(NativeMethods.XGDMatrixSetFloatInfo(_handle, "label", label, (ulong)label.Length));
    }

    public int Rows { get; }

    internal Handle Native => _handle;

    public void Dispose() => _handle.Dispose();

    internal sealed class Handle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => NativeMethods.XGDMatrixFree(handle) == 0;
    }
}
