using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Progeny.Core.Manifests;
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

    [Theory]
    [InlineData("manifest")]
    [InlineData("rows")]
    [InlineData("outcomes")]
    [InlineData("filter")]
    public async Task Input_that_follows_the_format_is_read_or_refused(string name)
    {
        var target = FuzzTargets.All.Single(each => each.Name == name);
        foreach (var input in target.Generator.ShouldNotBeNull().Sample(200, size: 20))
            (await target.TryAsync(input)).ShouldBeNull(Encoding.UTF8.GetString(input));
    }

    [Fact]
    public void Sound_manifest_is_read() => Prop.ForAll(
        Arb.From(Generators.SoundManifests),
        yaml => ManifestParser.Parse(yaml).Errors.ShouldBeEmpty(yaml)).QuickCheckThrowOnFailure();

    [Fact]
    public void Flipped_bit_of_an_export_is_found()
    {
        var export = File.ReadAllBytes(Path.Combine(Root, "bench", "fuzz", "corpus", "audit", "sealed"));
        AuditTarget.Check(export).IsIntact.ShouldBeTrue("the corpus holds the log that the target knows");
        var found = 0;
        for (var i = 0; i < export.Length; i++)
        {
            var changed = (byte[])export.Clone();
            changed[i] ^= (byte)(1 << (i % 8));
            try
            {
                AuditTarget.Read(changed);
                found += AuditTarget.Check(changed).IsIntact ? 0 : 1;
            }
            catch (Exception exception) when (exception is System.Text.Json.JsonException or FormatException)
            {
                found++;
            }
        }

        // Some bytes mean the same when one bit is changed, such as a hexadecimal digit in upper case.
        found.ShouldBeGreaterThan(export.Length / 2);
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
