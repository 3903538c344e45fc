using System.Globalization;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>Values of feeds on their way to a query: a text that is a number is one, as training rows take it for one.</summary>
internal static class FeedValue
{
    /// <summary>The value for a feature of a type; as it is where it is no such text.</summary>
    public static object? Of(FeatureType type, object? value) => (type, value) switch
    {
        (_, "") => null,
        (FeatureType.Float, string text)
            when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        (FeatureType.Int, string text)
            when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        (FeatureType.Bool, "1") => true,
        (FeatureType.Bool, "0") => false,
        (FeatureType.Bool, string text) when bool.TryParse(text, out var truth) => truth,
        _ => value,
    };
}
