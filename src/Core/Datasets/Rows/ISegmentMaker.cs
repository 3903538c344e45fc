namespace Progeny.Core.Datasets.Rows;

/// <summary>Moves appended rows into versions, and joins small parts.</summary>
public interface ISegmentMaker
{
    /// <summary>Moves all rows that were acknowledged before the call into versions.</summary>
    Task FlushAsync(string dataset, CancellationToken cancellationToken);

    /// <summary>Joins small parts of the newest table, so that their number stays bounded; its rows and their order stay.</summary>
    /// <returns>Whether there was something to join.</returns>
    Task<bool> CompactAsync(string dataset, CancellationToken cancellationToken);
}
