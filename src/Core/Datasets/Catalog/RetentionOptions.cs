using Microsoft.Extensions.Options;

namespace Progeny.Core.Datasets.Catalog;

/// <summary>What is kept of datasets, from the configuration section <c>Datasets:Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Datasets:Retention";

    /// <summary>How many versions are kept of a dataset without a policy of its own, the newest; null: all.</summary>
    public int? KeepVersions { get; set; }

    /// <summary>How long a version that is not the newest is kept, of a dataset without a policy of its own; null: for ever.</summary>
    public TimeSpan? KeepFor { get; set; }

    /// <summary>How long a file stays in the artifact store that nothing uses any more, or not yet.</summary>
    public TimeSpan UnusedTime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Checks the settings.</summary>
    public sealed class Validator : IValidateOptions<RetentionOptions>
    {
        /// <inheritdoc/>
        public ValidateOptionsResult Validate(string? name, RetentionOptions options)
        {
            ArgumentNullException.ThrowIfNull(options);
            List<string> failures = [];
            if (options.KeepVersions is < 1)
                failures.Add($"{Section}:{nameof(KeepVersions)} is {options.KeepVersions}; it must be at least 1, or be left out.");
            if (options.KeepFor < TimeSpan.FromMinutes(1))
                failures.Add($"{Section}:{nameof(KeepFor)} is {options.KeepFor:c}; it must be a time of at least 00:01:00, or be left out.");
            if (options.UnusedTime < TimeSpan.FromMinutes(10))
            {
                failures.Add(
                    $"{Section}:{nameof(UnusedTime)} is {options.UnusedTime:c}; it must be a time of at least 00:10:00: a file is used only "
                        + "when the work that wrote it is done.");
            }

            return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
        }
    }
}
