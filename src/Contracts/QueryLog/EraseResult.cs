namespace Progeny.Contracts.QueryLog;

/// <summary>What was removed about an entity.</summary>
/// <param name="Project">The project.</param>
/// <param name="Mark">A code of the entity, which the audit log keeps in its place.</param>
/// <param name="Complete">Whether all is removed; else it goes on with another request, from <paramref name="Next"/> on.</param>
/// <param name="Next">Where the next request goes on.</param>
/// <param name="Records">How many records of the query log were removed.</param>
/// <param name="Outcomes">How many reports of outcomes.</param>
/// <param name="Scores">How many scores of predictions, and outcomes that waited for their query.</param>
/// <param name="Datasets">What was removed from datasets that the project reads, or that its batch applies wrote.</param>
/// <param name="Remains">What was removed and is still in files of the databases, and until when; null: nothing is.</param>
/// <param name="Kept">What may hold data of the entity and cannot be searched for it.</param>
public sealed record EraseResult(
    string Project,
    string Mark,
    bool Complete,
    long? Next,
    long Records,
    long Outcomes,
    long Scores,
    IReadOnlyList<ErasedDataset> Datasets,
    string? Remains,
    IReadOnlyList<string> Kept);
