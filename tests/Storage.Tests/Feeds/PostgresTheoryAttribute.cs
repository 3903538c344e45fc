namespace Progeny.Storage.Tests.Feeds;

/// <summary>A test that needs PostgreSQL's programs; it is skipped where they are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute()
    {
        if (PostgresCluster.Programs is null)
            Skip = "PostgreSQL is not installed (Debian: apt-get install postgresql).";
    }
}
