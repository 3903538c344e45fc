namespace Progeny.Floor;

/// <summary>A field of a row: a number, or a text where <paramref name="Type"/> is <c>category</c>.</summary>
internal sealed record FeatureSettings(string Name, string Type)
{
    public bool IsText => Type == "category";
}
