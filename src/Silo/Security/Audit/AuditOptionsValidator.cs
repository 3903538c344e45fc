using Progeny.Grains.Common;

namespace Progeny.Silo.Security.Audit;

internal static class AuditOptionsValidator
{
    private const int MaxDays = 36_500;
    private const int MaxRefused = 10_000;

    /// <summary>The address of the syslog server; null: there is none.</summary>
    /// <exception cref="SettingException">It is none.</exception>
    public static Uri? SyslogOf(AuditOptions options)
    {
        if (string.IsNullOrEmpty(options.Syslog.Address))
            return null;
        return Uri.TryCreate(options.Syslog.Address, UriKind.Absolute, out var address) && address.Scheme switch
        {
            "udp" or "tcp" => address.Host.Length > 0,
            "unix" => address.AbsolutePath.Length > 1,
            _ => false,
        }
            ? address
            : throw new SettingException(
                $"{AuditOptions.Section}:Syslog:Address is '{options.Syslog.Address}'; it must look like udp://host:514, tcp://host:601 "
                    + "or unix:///dev/log.");
    }

    /// <summary>The address of the collector; null: there is none.</summary>
    /// <exception cref="SettingException">It is none.</exception>
    public static Uri? CollectorOf(AuditOptions options)
    {
        if (string.IsNullOrEmpty(options.Otlp.Endpoint))
            return null;
        return Uri.TryCreate(options.Otlp.Endpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is ("http" or "https")
            ? endpoint
            : throw new SettingException(
                $"{AuditOptions.Section}:Otlp:Endpoint is '{options.Otlp.Endpoint}'; it must look like http://collector:4318.");
    }

    /// <exception cref="SettingException">A setting is wrong.</exception>
    public static AuditOptions Check(AuditOptions options)
    {
        if (options.KeepDays is < 0 or > MaxDays)
            throw new SettingException(
                $"{AuditOptions.Section}:KeepDays is {options.KeepDays}; it must be 1 to {MaxDays} days, or 0 for ever.");
        if (options.RefusedPerMinute is < 1 or > MaxRefused)
            throw new SettingException(
                $"{AuditOptions.Section}:RefusedPerMinute is {options.RefusedPerMinute}; it must be from 1 to {MaxRefused}.");
        _ = SyslogOf(options);
        _ = CollectorOf(options);
        return options;
    }
}
