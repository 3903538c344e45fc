using Microsoft.Extensions.Options;

namespace Progeny.Storage.Common;

internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.DataFolder))
            return ValidateOptionsResult.Fail(
                "Data (or PROGENY_DATA) is empty; it must name the folder in which this node keeps its data, e.g. ./data.");
        if (options.DataFolder.Contains('\0', StringComparison.Ordinal))
            return ValidateOptionsResult.Fail("Data (or PROGENY_DATA) contains a null character; it must name a folder, e.g. ./data.");
        return File.Exists(options.DataFolder)
            ? ValidateOptionsResult.Fail(
                $"Data (or PROGENY_DATA) is '{options.DataFolder}', which is a file; it must name a folder, e.g. ./data.")
            : ValidateOptionsResult.Success;
    }
}
