namespace Progeny.Core.Datasets.Rows;

/// <summary>A dataset with appended rows that are in no version yet.</summary>
/// <param name="Since">When the oldest of them came.</param>
public sealed record WaitingDataset(string Dataset, long Rows, long Bytes, DateTimeOffset Since);
