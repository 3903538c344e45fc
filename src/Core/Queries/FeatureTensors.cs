using Progeny.Abstractions.Queries;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>Which tensor carries a feature: see <see cref="FeatureType"/>.</summary>
public static class FeatureTensors
{
    public static DataType TypeOf(Feature feature) => feature.Type switch
    {
        FeatureType.Float => DataType.Fp32,
        FeatureType.Int => feature.Nullable ? DataType.Fp32 : DataType.Int64,
        FeatureType.Bool => feature.Nullable ? DataType.Fp32 : DataType.Bool,
        _ => DataType.Bytes,
    };

    /// <summary>The tensor's name, type and shape <c>[-1, 1]</c>.</summary>
    public static TensorSpec SpecOf(Feature feature) => new(feature.Name, TypeOf(feature), [-1, 1]);
}
