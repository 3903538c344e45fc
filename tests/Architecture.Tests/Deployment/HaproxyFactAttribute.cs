namespace Progeny.Architecture.Tests.Deployment;

/// <summary>A test that needs HAProxy, and is skipped without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HaproxyFactAttribute : FactAttribute
{
    public HaproxyFactAttribute()
    {
        if (Program is null)
            Skip = "HAProxy is missing (Debian: apt-get install haproxy).";
    }

    /// <summary>The program, or null.</summary>
    public static string? Program { get; } =
        new[] { "/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/usr/bin/haproxy" }.FirstOrDefault(File.Exists);
}
