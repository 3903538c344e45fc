using Progeny.Grains.Common;

namespace Progeny.Silo.Security.Audit;

internal static class AuditOptionsValidator
{
    private const int MaxDays = 36_500;
    private const int MaxRefused = 10_000;

    /// <exception cref="SettingException">A setting is wrong.</exception>
    public static AuditOptions Check(AuditOptions options)
    {
        if (options.KeepDays is < 0 or > MaxDays)
            throw new SettingException($"{AuditOptions.Section}:KeepDays is {options.KeepDays}; it must be 1 to {MaxDays} days, or 0 for ever.");
        if (options.RefusedPerMinute is < 1 or > MaxRefused)
            throw new SettingException($"{AuditOptions.Section}:RefusedPerMinute is {options.RefusedPerMinute}; it must be from 1 to {MaxRefused}.");
        return options;
    }
}
