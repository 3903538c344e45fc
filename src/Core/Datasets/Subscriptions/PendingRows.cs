using Progeny.Core.Feeds;

namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>Rows on their way into a dataset: stored before they are appended, so that a stop between both is noticed.</summary>
/// <param name="Batch">The id of their batch.</param>
/// <param name="UpTo">The watermark behind them.</param>
public sealed record PendingRows(string Batch, Ordinal UpTo);
