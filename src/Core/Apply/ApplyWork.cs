using Progeny.Abstractions.Training;
using Progeny.Core.Serving.Routing;

namespace Progeny.Core.Apply;

/// <summary>The work of a job of the kind apply.</summary>
public sealed record ApplyWork
{
    /// <summary>The id of the job.</summary>
    public required string Job { get; init; }

    /// <summary>The project whose generation is applied.</summary>
    public required string Project { get; init; }

    /// <summary>What is wanted.</summary>
    public required ApplyRequest Request { get; init; }

    /// <summary>The generation, its model loaded.</summary>
    public required ServedArm Arm { get; init; }

    /// <summary>The folder for files of this attempt, which the caller deletes.</summary>
    public required string Folder { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string By { get; init; }

    /// <summary>How far it is: the rows done, of how many.</summary>
    public required IProgress<(long Done, long Rows)> Progress { get; init; }

    /// <summary>What is noted of the work, for the job's log.</summary>
    public required Action<string> Note { get; init; }
}
