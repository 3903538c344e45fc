using Microsoft.Extensions.Options;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>Checks the settings of appending.</summary>
internal sealed class AppendOptionsValidator : IValidateOptions<AppendOptions>
{
    private const long MaxSegmentBytes = 256L << 20;
    private static readonly TimeSpan MaxSegmentTime = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, AppendOptions options)
    {
        List<string> failures = [];
        if (options.SegmentTime < TimeSpan.FromSeconds(1) || options.SegmentTime > MaxSegmentTime)
        {
            failures.Add(
                $"{AppendOptions.Section}:{nameof(options.SegmentTime)} is {options.SegmentTime:c}; it must be from 00:00:01 to 01:00:00.");
        }

        if (options.SegmentBytes is < 1 or > MaxSegmentBytes)
        {
            failures.Add(
                $"{AppendOptions.Section}:{nameof(options.SegmentBytes)} is {options.SegmentBytes}; it must be a number of bytes from 1 to "
                    + $"{MaxSegmentBytes}.");
        }

        if (options.BatchIdTime < TimeSpan.FromHours(1))
        {
            failures.Add(
                $"{AppendOptions.Section}:{nameof(options.BatchIdTime)} is {options.BatchIdTime:c}; it must be at least 01:00:00.");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
