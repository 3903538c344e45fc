namespace Progeny.Grains.Common;

/// <summary>A grain for whatever name it is asked by, which is nothing until something is stored under that name.</summary>
internal interface IStoredGrain
{
    /// <summary>Whether something is.</summary>
    bool IsStored { get; }
}
