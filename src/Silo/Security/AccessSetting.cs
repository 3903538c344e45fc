using System.Collections.Immutable;
using Progeny.Core.Security;
using Progeny.Grains.Common;

namespace Progeny.Silo.Security;

/// <summary>Reads roles and grants from a setting.</summary>
internal static class AccessSetting
{
    /// <summary>The roles and grants that a setting names, separated by commas.</summary>
    /// <param name="key">The setting, for errors.</param>
    /// <exception cref="SettingException">It names none, or something else.</exception>
    public static ImmutableArray<AccessEntry> Read(string key, string? value)
    {
        var texts = (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (texts.Length == 0)
            throw new SettingException(
                $"{key} is empty; it must be roles and grants, separated by commas, e.g. developer:flights, viewer:*.");
        return [.. texts.Select(text => AccessEntry.Parse(text) is var (entry, problem) && entry is not null
            ? entry
            : throw new SettingException($"{key} has '{text}'; it must be roles and grants, separated by commas. {problem}"))];
    }
}
