namespace Progeny.Core.Serving;

/// <summary>Finds the features of one augmentation for many sets of parameters at once; null where there are none.</summary>
internal delegate Task<IReadOnlyList<object?[]?>> FeatureLookup(
    IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters, CancellationToken cancellationToken);
