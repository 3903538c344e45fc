using System.IO.Compression;
using Progeny.Core.Releases.Packages;
using Progeny.Core.Tests.Common;

namespace Progeny.Core.Tests.Releases.Packages;

public sealed class PackageTests : IDisposable
{
    private readonly TemporaryFolder project = new();

    public PackageTests()
    {
        project.Write("progeny.yaml", ManifestTexts.Regression);
        project.Write("data/prices.csv", "size,price\n1,2\n");
        project.Write("train.py", "print('hello')\n");
        project.Write("docs/übersicht.md", "# Übersicht\n");
    }

    public void Dispose() => project.Dispose();

    [Fact]
    public async Task A_package_gives_back_what_was_packed()
    {
        using var zip = new MemoryStream();
        var index = await PackageWriter.WriteAsync(project.Path, zip, default);
        zip.Position = 0;
        using var package = await PackageReader.ReadAsync(zip, PackageLimits.Default, default);
        using var target = new TemporaryFolder();
        await package.ExtractToAsync(target.Path, default);

        package.Manifest.Name.ShouldBe("prices");
        package.ManifestText.ShouldBe(ManifestTexts.Regression);
        package.Index.Files.ShouldBe(index.Files);
        package.Index.Digest.ShouldBe(index.Digest);
        package.Find("train.py")!.Sha256.ShouldBe(Sha256("print('hello')\n"));
        package.Find("nothing").ShouldBeNull();
        foreach (var path in new[] { "progeny.yaml", "data/prices.csv", "train.py", "docs/übersicht.md" })
            (await File.ReadAllTextAsync(Path.Combine(target.Path, path))).ShouldBe(
                await File.ReadAllTextAsync(Path.Combine(project.Path, path)));
        Directory.GetFiles(target.Path, "*", SearchOption.AllDirectories).Length.ShouldBe(4);
    }

    [Fact]
    public async Task The_same_files_give_the_same_bytes()
    {
        var first = await PackAsync();
        foreach (var file in Directory.GetFiles(project.Path, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, new DateTime(2031, 5, 6, 7, 8, 9, DateTimeKind.Utc));

        (await PackAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task Another_byte_gives_another_digest()
    {
        var first = await PackageWriter.WriteAsync(project.Path, Stream.Null, default);
        project.Write("train.py", "print('hellO')\n");

        (await PackageWriter.WriteAsync(project.Path, Stream.Null, default)).Digest.ShouldNotBe(first.Digest);
    }

    [Fact]
    public async Task Hidden_and_generated_files_and_those_ignored_stay_out()
    {
        foreach (var path in new[]
        {
            ".git/config",
            ".env",
            "bin/a.dll",
            "obj/b",
            "src/__pycache__/c.pyc",
            "node_modules/d/e.js",
            "run.log",
            "big/f.parquet",
            "notes/g.txt",
            "keep/notes.txt",
        })
            project.Write(path, "x");
        project.Write(".progenyignore", "# mine\n*.parquet\nnotes/\n");

        var index = await PackageWriter.WriteAsync(project.Path, Stream.Null, default);

        index.Files.Select(f => f.Path).ShouldBe(["data/prices.csv", "docs/übersicht.md", "keep/notes.txt", "progeny.yaml", "train.py"]);
    }

    [Fact]
    public async Task A_file_that_compresses_too_well_is_stored_as_it_is_and_read_back()
    {
        project.Write("data/zeros.txt", new string('0', 3 << 20));

        using var zip = new MemoryStream(await PackAsync());
        zip.Length.ShouldBeGreaterThan(3 << 20);
        using var package = await PackageReader.ReadAsync(zip, PackageLimits.Default, default);

        package.Find("data/zeros.txt")!.Bytes.ShouldBe(3 << 20);
    }

    [Fact]
    public async Task A_file_that_may_be_executed_stays_so()
    {
        if (OperatingSystem.IsWindows())
            return;
        var script = project.Write("train.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var package = await PackageReader.ReadAsync(new MemoryStream(await PackAsync()), PackageLimits.Default, default);
        using var target = new TemporaryFolder();
        await package.ExtractToAsync(target.Path, default);

        File.GetUnixFileMode(Path.Combine(target.Path, "train.sh")).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
        File.GetUnixFileMode(Path.Combine(target.Path, "train.py")).HasFlag(UnixFileMode.UserExecute).ShouldBeFalse();
    }

    [Fact]
    public async Task Extracting_over_a_file_is_refused()
    {
        using var package = await PackageReader.ReadAsync(new MemoryStream(await PackAsync()), PackageLimits.Default, default);
        using var target = new TemporaryFolder();
        target.Write("train.py", "mine");

        await Should.ThrowAsync<IOException>(() => package.ExtractToAsync(target.Path, default));
        (await File.ReadAllTextAsync(Path.Combine(target.Path, "train.py"))).ShouldBe("mine");
    }

    [Fact]
    public async Task Packing_is_refused_when_the_manifest_is_missing_wrong_or_names_a_missing_file()
    {
        File.Delete(Path.Combine(project.Path, "data/prices.csv"));
        (await PackingErrorAsync()).Message.ShouldBe("'data/prices.csv', which source.file of the manifest names, is not in the package");
        project.Write("progeny.yaml", ManifestTexts.With("regression", "regresion", ManifestTexts.Regression));
        (await PackingErrorAsync()).ManifestErrors.ShouldHaveSingleItem().Path.ShouldBe("task");
        File.Delete(Path.Combine(project.Path, "progeny.yaml"));
        (await PackingErrorAsync()).Message.ShouldContain("has no progeny.yaml");
    }

    [Fact]
    public async Task Packing_a_link_is_refused()
    {
        File.CreateSymbolicLink(Path.Combine(project.Path, "secrets"), "/etc/passwd");

        (await PackingErrorAsync()).Message.ShouldStartWith("'secrets' is a link");
    }

    [Fact]
    public async Task Nothing_is_left_in_the_temporary_folder_when_packages_are_closed()
    {
        var before = Directory.GetFiles(Path.GetTempPath(), "progeny-*.zip");
        for (var i = 0; i < 20; i++)
            (await PackageReader.ReadAsync(new MemoryStream(await PackAsync()), PackageLimits.Default, default)).Dispose();

        // Other tests make such files at the same time, each for a moment.
        var seen = Directory.GetFiles(Path.GetTempPath(), "progeny-*.zip").Except(before).ToArray();
        SpinWait.SpinUntil(() => !Array.Exists(seen, File.Exists), TimeSpan.FromSeconds(60)).ShouldBeTrue();
    }

    [Fact]
    public async Task Entries_bear_one_fixed_time_and_are_sorted()
    {
        using var archive = new ZipArchive(new MemoryStream(await PackAsync()));

        archive.Entries.Select(e => e.LastWriteTime.DateTime).Distinct().ShouldBe([new DateTime(1980, 1, 1)]);
        archive.Entries.Select(e => e.FullName)
            .ShouldBe(["data/prices.csv", "docs/übersicht.md", "progeny.yaml", "train.py", "progeny.lock.json"]);
    }

    private static string Sha256(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private async Task<byte[]> PackAsync()
    {
        using var zip = new MemoryStream();
        await PackageWriter.WriteAsync(project.Path, zip, default);
        return zip.ToArray();
    }

    private Task<PackageException> PackingErrorAsync() =>
        Should.ThrowAsync<PackageException>(() => PackageWriter.WriteAsync(project.Path, Stream.Null, default));
}
