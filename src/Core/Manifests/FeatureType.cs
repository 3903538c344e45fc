namespace Progeny.Core.Manifests;

/// <summary>
/// The type of a feature, and with it the tensor that carries it into a model, shape <c>[rows, 1]</c>:
/// float → FP32 with NaN for missing; int → INT64, or FP32 with NaN where nullable; bool → BOOL, or FP32 (0, 1, NaN) where nullable;
/// category and text → BYTES (a string tensor) with the empty string for missing.
/// </summary>
public enum FeatureType
{
    Float,
    Int,
    Bool,
    Category,
    Text,
}
