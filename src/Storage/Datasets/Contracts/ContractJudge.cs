using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>Judges tables by contracts. Where a dataset has none, everything passes.</summary>
public sealed class ContractJudge : IDatasetJudge
{
    /// <inheritdoc/>
    public Task<Judgement> JudgeAsync(JudgeRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Task.FromResult(new Judgement { Columns = request.Columns, Files = request.Files });
    }
}
