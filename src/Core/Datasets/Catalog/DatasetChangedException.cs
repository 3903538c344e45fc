namespace Progeny.Core.Datasets.Catalog;

/// <summary>A dataset has a newer version than the one that a table was judged beside; nothing was added.</summary>
public sealed class DatasetChangedException(string dataset)
    : Exception($"Dataset '{dataset}' was changed while rows for it were judged; nothing was added. Try it again.");
