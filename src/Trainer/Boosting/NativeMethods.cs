using System.Runtime.InteropServices;

namespace Progeny.Trainer.Boosting;

/// <summary>
/// The C API of XGBoost (xgboost/c_api.h), as far as it is used here. Every call but the last returns 0, or -1 for an error.
/// </summary>
internal static partial class NativeMethods
{
    static NativeMethods() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, XGBoostLibrary.Resolve);

    [LibraryImport(XGBoostLibrary.Name)]
    internal static partial int XGDMatrixCreateFromMat_omp(
        ReadOnlySpan<float> data, ulong rows, ulong columns, float missing, out DataMatrix.Handle matrix, int threads);

    [LibraryImport(XGBoostLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGDMatrixSetFloatInfo(DataMatrix.Handle matrix, string field, ReadOnlySpan<float> values, ulong length);

    [LibraryImport(XGBoostLibrary.Name)]
    internal static partial int XGDMatrixFree(nint matrix);

    [LibraryImport(XGBoostLibrary.Name)]
    internal static partial int XGBoosterCreate(ReadOnlySpan<nint> matrices, ulong length, out Booster.Handle booster);

    [LibraryImport(XGBoostLibrary.Name)]
    internal static partial int XGBoosterFree(nint booster);

    [LibraryImport(XGBoostLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGBoosterSetParam(Booster.Handle booster, string name, string value);

    [LibraryImport(XGBoostLibrary.Name)]
    internal static partial int XGBoosterUpdateOneIter(Booster.Handle booster, int iteration, DataMatrix.Handle train);

    [LibraryImport(XGBoostLibrary.Name)]
    internal static partial int XGBoosterEvalOneIter(
        Booster.Handle booster, int iteration, ReadOnlySpan<nint> matrices, ReadOnlySpan<nint> names, ulong length, out nint result);

    [LibraryImport(XGBoostLibrary.Name)]
    internal static partial int XGBoosterBoostedRounds(Booster.Handle booster, out int rounds);

    [LibraryImport(XGBoostLibrary.Name)]
    internal static partial int XGBoosterSlice(Booster.Handle booster, int begin, int end, int step, out Booster.Handle slice);

    [LibraryImport(XGBoostLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGBoosterPredictFromDMatrix(
        Booster.Handle booster, DataMatrix.Handle matrix, string configuration, out nint shape, out ulong dimensions, out nint result);

    [LibraryImport(XGBoostLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int XGBoosterSaveModelToBuffer(Booster.Handle booster, string configuration, out ulong length, out nint buffer);

    [LibraryImport(XGBoostLibrary.Name)]
    internal static partial int XGBoosterLoadModelFromBuffer(Booster.Handle booster, ReadOnlySpan<byte> buffer, ulong length);

    [LibraryImport(XGBoostLibrary.Name)]
    internal static partial nint XGBGetLastError();
}
