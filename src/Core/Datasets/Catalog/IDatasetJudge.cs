namespace Progeny.Core.Datasets.Catalog;

/// <summary>
/// Judges tables by the contracts of their datasets. Whoever makes a version of a dataset asks it first, makes the version's parts of
/// <see cref="Judgement.Files"/>, and adds the version through <see cref="Judgement.ApplyTo"/>.
/// </summary>
public interface IDatasetJudge
{
    /// <summary>Judges a table; memory does not grow with its rows.</summary>
    Task<Judgement> JudgeAsync(JudgeRequest request, CancellationToken cancellationToken);
}
