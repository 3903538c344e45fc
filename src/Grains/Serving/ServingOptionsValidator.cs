using System.Globalization;
using Microsoft.Extensions.Options;
using Progeny.Core.Serving.Inference;

namespace Progeny.Grains.Serving;

/// <summary>Refuses settings of serving that cannot be meant.</summary>
internal sealed class ServingOptionsValidator : IValidateOptions<ServingOptions>
{
    private const long MinRunMemory = 16L << 20;
    private const long MaxRunMemory = uint.MaxValue;

    public ValidateOptionsResult Validate(string? name, ServingOptions options)
    {
        var problems = Check(options).OfType<string>().ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string?> Check(ServingOptions options) =>
    [
        Problem(options.ModelMemory >= 0, nameof(
            options.ModelMemory), options.ModelMemory, "0 (a quarter of the memory) or more, the bytes of model files"),
        Problem(
            options.AgentIdleTime > TimeSpan.Zero && options.AgentIdleTime <= TimeSpan.FromDays(365),
            nameof(options.AgentIdleTime),
            options.AgentIdleTime,
            "a time above 0 and of at most 365 days, such as 00:15:00, how long a project's agent stays that nobody asks"),
        Problem(options.MaxQueue >= 1, nameof(
            options.MaxQueue), options.MaxQueue, "1 or more, the queries of a project that may be under way"),
        Problem(
            options.MaxRunTime > TimeSpan.Zero && options.MaxRunTime <= TimeSpan.FromDays(1),
            nameof(options.MaxRunTime),
            options.MaxRunTime,
            "a time above 0 and of at most a day, such as 00:00:30, the longest that a run of a model may take"),
        Problem(
            options.RunMemory is 0 or (>= MinRunMemory and <= MaxRunMemory),
            nameof(options.RunMemory),
            options.RunMemory,
            $"0 (an eighth of the memory, 768 MiB at most) or {MinRunMemory} to {MaxRunMemory}, the bytes that the runs of all models may "
                + "take"),
        Problem(
            options.MaxBoundViolations >= 0,
            nameof(options.MaxBoundViolations),
            options.MaxBoundViolations,
            "0 (never) or more, after how many runs in a row over a bound of the node a model is taken out of its plan"),
        Problem(options.MaxBodyBytes is >= 1_024
            and <= 64 << 20, nameof(options.MaxBodyBytes), options.MaxBodyBytes, "1024 to 67108864, the most bytes of a query's body"),
        Problem(
            options.MaxBodyMemory >= options.MaxBodyBytes,
            nameof(options.MaxBodyMemory),
            options.MaxBodyMemory,
            $"Serving:MaxBodyBytes ({options.MaxBodyBytes}) or more, the bytes of memory for bodies"),
        Problem(
            options.BodyTimeout > TimeSpan.Zero && options.BodyTimeout <= TimeSpan.FromHours(1),
            nameof(options.BodyTimeout),
            options.BodyTimeout,
            "a time above 0 and of at most an hour, such as 00:00:30"),
        Problem(options.MaxTextBytes is >= 1
            and <= 64 << 20, nameof(options.MaxTextBytes), options.MaxTextBytes, "1 to 67108864, the most bytes of a text"),
        Problem(options.MaxValues >= 1, nameof(
            options.MaxValues), options.MaxValues, "1 or more, the rows of a query times its project's fields"),
        Problem(options.MaxTails >= 1, nameof(options.MaxTails), options.MaxTails, "1 or more, the clients that may follow queries"),
        Problem(
            options.MaxTailsOfProject >= 1,
            nameof(options.MaxTailsOfProject),
            options.MaxTailsOfProject,
            "1 or more, the clients that may follow the queries of one project"),
    ];

    private static string? Problem(bool isRight, string key, object value, string right) =>
        isRight ? null : $"Serving:{key} is {Convert.ToString(value, CultureInfo.InvariantCulture)}; it must be {right}.";
}
