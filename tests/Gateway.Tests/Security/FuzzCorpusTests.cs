using System.Diagnostics;
using Progeny.Fuzz;

namespace Progeny.Gateway.Tests.Security;

/// <summary>Inputs that a fuzzer has kept (bench/fuzz), read once more.</summary>
public sealed class FuzzCorpusTests
{
    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Input_is_read_or_refused_in_time_and_memory(string name)
    {
        var target = FuzzTargets.All.Single(each => each.Name == name);
        var files = Directory.GetFiles(Path.Combine(Root, "bench", "fuzz", "corpus", name));
        files.ShouldNotBeEmpty();
        foreach (var file in files)
        {
            var input = await File.ReadAllBytesAsync(file);
            var begun = Stopwatch.GetTimestamp();
            (await target.TryAsync(input)).ShouldBeNull(file);

            // Others compute beside it: the fuzzer is stricter.
            Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(20 * FuzzTarget.MaxTime, file);
        }
    }

    [Fact]
    public async Task Exception_that_is_not_documented_is_found()
    {
        var target = new FuzzTarget(
            "wrong",
            input => input.Length == 0 ? throw new FormatException() : throw new InvalidOperationException(),
            typeof(FormatException));
        (await target.TryAsync([])).ShouldBeNull();
        (await target.TryAsync([1])).ShouldBeOfType<InvalidOperationException>();
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orleans.sln")))
                folder = folder.Parent;
            return folder.ShouldNotBeNull("the tests must run from inside the repository").FullName;
        }
    }
}
