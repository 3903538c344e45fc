using System.Globalization;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Core.Releases.Packages;
using Progeny.Core.Tests.Common;

namespace Progeny.Core.Tests.Releases;

public sealed class ProjectTemplateTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_new_project_can_be_packed_and_read_back()
    {
        var files = await ProjectTemplate.WriteAsync(folder.Path, "my-project", default);
        using var zip = new MemoryStream();
        await PackageWriter.WriteAsync(folder.Path, zip, default);
        zip.Position = 0;
        using var package = await PackageReader.ReadAsync(zip, PackageLimits.Default, default);

        package.Manifest.Name.ShouldBe("my-project");
        package.Manifest.Tests.Count.ShouldBe(2);
        package.Index.Files.Select(f => f.Path).ShouldBe(files, ignoreOrder: true);
    }

    [Fact]
    public async Task The_data_fits_the_schema_is_in_order_of_time_and_carries_a_signal()
    {
        await ProjectTemplate.WriteAsync(folder.Path, "deliveries", default);
        var manifest = ManifestTexts.Valid(await File.ReadAllTextAsync(Path.Combine(folder.Path, "progeny.yaml")));
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder.Path, manifest.Source!.File!));
        var columns = lines[0].Split(',');
        var rows = lines.Skip(1).Select(l => columns.Zip(l.Split(',')).ToDictionary(c => c.First, c => c.Second)).ToList();

        rows.Count.ShouldBe(600);
        columns.ShouldBe(["ordered_at", .. manifest.Features.Select(f => f.Name), "late"]);
        rows.Select(r => r["ordered_at"]).ShouldBeInOrder(SortDirection.Ascending, StringComparer.Ordinal);
        foreach (var feature in manifest.Features)
        {
            var values = rows.Select(r => r[feature.Name]).ToList();
            values.Contains("").ShouldBe(feature.Nullable, feature.Name);
            if (feature.Type == FeatureType.Category)
                values.ShouldAllBe(v => feature.Values!.Contains(v));
            else
                values.Where(v => v.Length > 0).Select(v => double.Parse(v, CultureInfo.InvariantCulture))
                    .ShouldAllBe(v => v >= feature.Min && !(v > feature.Max));
        }

        rows.Select(r => r["late"]).Distinct().ShouldBe(manifest.Label!.Classes, ignoreOrder: true);
        ShareLate(rows.Where(r => double.Parse(r["distance"], CultureInfo.InvariantCulture) < 3)).ShouldBeLessThan(0.15);
        ShareLate(rows.Where(r => double.Parse(r["distance"], CultureInfo.InvariantCulture) > 10)).ShouldBeGreaterThan(0.85);
    }

    [Fact]
    public async Task The_same_name_gives_the_same_project()
    {
        using var other = new TemporaryFolder();
        await ProjectTemplate.WriteAsync(folder.Path, "same", default);
        await ProjectTemplate.WriteAsync(Path.Combine(other.Path, "inner"), "same", default);

        (await PackageWriter.WriteAsync(Path.Combine(other.Path, "inner"), Stream.Null, default)).Digest
            .ShouldBe((await PackageWriter.WriteAsync(folder.Path, Stream.Null, default)).Digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("My-Project")]
    [InlineData("1st")]
    [InlineData("a b")]
    [InlineData("../evil")]
    [InlineData("a\n")]
    public async Task A_bad_name_is_refused_and_nothing_is_written(string name)
    {
        var exception = await Should.ThrowAsync<ProjectTemplateException>(() => ProjectTemplate.WriteAsync(folder.Path, name, default));

        exception.Message.ShouldEndWith("is not a project's name: lower-case letters, digits, - and _, a letter first, at most 63");
        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_refused()
    {
        folder.Write("mine.txt", "x");

        (await Should.ThrowAsync<ProjectTemplateException>(
            () => ProjectTemplate.WriteAsync(folder.Path, "name", default))).Message.ShouldContain("is not empty");
        Directory.GetFileSystemEntries(folder.Path).Length.ShouldBe(1);
    }

    private static double ShareLate(IEnumerable<Dictionary<string, string>> rows) => rows.Average(r => r["late"] == "1" ? 1.0 : 0.0);
}
