using Progeny.Core.Apply;
using Progeny.Core.Queries;

namespace Progeny.Storage.Apply;

/// <summary>Rows on their way from the input through the model into the output.</summary>
internal sealed class ApplyBatch
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The rows that the batch was read of.</summary>
    public required SharedChunk Source { get; init; }

    /// <summary>The index of its first row in <see cref="Source"/>.</summary>
    public required int Offset { get; init; }

    /// <summary>The number of its first row in the input, from 1.</summary>
    public required long First { get; init; }

    /// <summary>Whether the batch is the last of its chunk.</summary>
    public required bool IsLast { get; init; }

    /// <summary>The rows that could be read; whoever predicts them disposes them.</summary>
    public required QueryRows Rows { get; init; }

    /// <summary>For each of <see cref="Rows"/> its index in <see cref="Answers"/>.</summary>
    public required int[] Places { get; init; }

    public required ApplyAnswers Answers { get; init; }

    /// <summary>Completes when the answers are there.</summary>
    public Task Ended => ended.Task;

    public void End() => ended.TrySetResult();
}
