namespace Progeny.Grains.Registry;

/// <summary>The names under which hosts register what grains store in.</summary>
public static class StorageNames
{
    /// <summary>The grain storage of all grains.</summary>
    public const string Grains = "grains";
}
