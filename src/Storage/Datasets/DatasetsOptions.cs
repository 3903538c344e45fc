using Microsoft.Extensions.Options;

namespace Progeny.Storage.Datasets;

/// <summary>What work on datasets may take of a node, from the configuration section <c>Datasets</c>.</summary>
public sealed class DatasetsOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Datasets";

    private const long MinMemory = 64L << 20;

    /// <summary>The memory that one piece of work may take, in bytes: a query, a file that is taken in, a job.</summary>
    public long Memory { get; set; } = 1L << 30;

    /// <summary>The threads that one piece of work may take; 0: half of the processors, at least one.</summary>
    public int Threads { get; set; }

    /// <summary>The bytes that one piece of work may write to temporary files.</summary>
    public long TemporaryBytes { get; set; } = 20L << 30;

    /// <summary>How long a query over datasets may run.</summary>
    public TimeSpan QueryTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many queries over datasets, records and files run at once; others wait.</summary>
    public int MaxQueries { get; set; } = 8;

    /// <summary>How long a query waits for its turn; then it is refused.</summary>
    public TimeSpan QueryWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most records of a project's queries, or outcomes, that one query over them reads.</summary>
    public int MaxRecords { get; set; } = 10_000_000;

    /// <summary>The most bytes of a file that is put, as it was sent.</summary>
    public long MaxFileBytes { get; set; } = 100L << 30;

    /// <summary>The threads of one piece of work.</summary>
    internal int ThreadsOfWork => Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Checks the settings.</summary>
    internal sealed class Validator : IValidateOptions<DatasetsOptions>
    {
        public ValidateOptionsResult Validate(string? name, DatasetsOptions options)
        {
            List<string> failures = [];
            if (options.Memory < MinMemory)
                failures.Add($"{Section}:{nameof(Memory)} is {options.Memory}; it must be a number of bytes of at least {MinMemory}.");
            if (options.Threads is < 0 or > 1_024)
                failures.Add($"{Section}:{nameof(Threads)} is {options.Threads}; it must be from 0 (half of the processors) to 1024.");
            if (options.TemporaryBytes < 0)
                failures.Add($"{Section}:{nameof(TemporaryBytes)} is {options.TemporaryBytes}; it must be a number of bytes of at least 0.");
            if (options.QueryTime < TimeSpan.FromSeconds(1))
                failures.Add($"{Section}:{nameof(QueryTime)} is {options.QueryTime:c}; it must be a time of at least 00:00:01.");
            if (options.MaxQueries is < 1 or > 1_024)
                failures.Add($"{Section}:{nameof(MaxQueries)} is {options.MaxQueries}; it must be from 1 to 1024.");
            if (options.QueryWait < TimeSpan.Zero || options.QueryWait > TimeSpan.FromHours(1))
                failures.Add($"{Section}:{nameof(QueryWait)} is {options.QueryWait:c}; it must be a time from 00:00:00 to 01:00:00.");
            if (options.MaxRecords < 1)
                failures.Add($"{Section}:{nameof(MaxRecords)} is {options.MaxRecords}; it must be at least 1.");
            if (options.MaxFileBytes < 1)
                failures.Add($"{Section}:{nameof(MaxFileBytes)} is {options.MaxFileBytes}; it must be a number of bytes of at least 1.");
            return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
        }
    }
}
