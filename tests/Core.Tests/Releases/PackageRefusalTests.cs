using System.Buffers.Binary;
using Progeny.Core.Releases.Packages;
using Progeny.Core.Tests.Common;

namespace Progeny.Core.Tests.Releases;

public sealed class PackageRefusalTests
{
    private const int Link = unchecked((int)0xA1FF0000);

    [Fact]
    public async Task A_sound_package_is_read()
    {
        using var package = await PackageReader.ReadAsync(
            new MemoryStream(TestZip.WithManifest().ToArray()), PackageLimits.Default, default);

        package.Manifest.Name.ShouldBe("imported");
    }

    [Theory]
    [InlineData("../evil", "the entry '../evil' is refused: a path must not leave the package (..)")]
    [InlineData("a/../../evil", "a path must not leave the package (..)")]
    [InlineData("/etc/evil", "a path inside the package is relative")]
    [InlineData("C:/evil", "a path inside the package is relative")]
    [InlineData("a\\..\\evil", "not with a backslash")]
    [InlineData("./evil", "no part of a path may be empty, '.'")]
    [InlineData("a//evil", "no part of a path may be empty")]
    [InlineData("folder/", "no part of a path may be empty")]
    [InlineData("evil.", "end with a dot")]
    [InlineData("a\nb", "control characters")]
    [InlineData("PROGENY.yaml", "'PROGENY.yaml' is in the package twice; names must differ in more than case")]
    [InlineData("models/model.onnx/inner", "'models/model.onnx' is both a file and the folder of 'models/model.onnx/inner'")]
    public async Task Paths_that_climb_or_collide_are_refused(string path, string expected) =>
        (await RefusalAsync(TestZip.WithManifest().Add(path, "x"))).ShouldContain(expected);

    [Fact]
    public async Task Long_and_deep_paths_are_refused()
    {
        (await RefusalAsync(TestZip.WithManifest().Add(new string('a', 513), "x"))).ShouldContain("1 to 512 characters; this one has 513");
        (await RefusalAsync(TestZip.WithManifest().Add(new string('a', 256), "x"))).ShouldContain("at most 255 bytes");
        (await RefusalAsync(TestZip.WithManifest().Add(string.Join('/', Enumerable.Repeat("a", 33)), "x"))).ShouldContain(
            "at most 32 levels; this one has 33");
    }

    [Fact]
    public async Task Links_are_refused() =>
        (await RefusalAsync(TestZip.WithManifest().Add("link", "/etc/passwd", Link))).ShouldBe(
            "'link' is a link, a folder or a device; a package holds files only");

    [Fact]
    public async Task Too_many_entries_are_refused()
    {
        var zip = TestZip.WithManifest().Add("a", "").Add("b", "");

        (await RefusalAsync(zip, new PackageLimits { MaxEntries = 3 })).ShouldBe(
            "the zip has 5 entries; at most 4 are allowed, the index included");
    }

    [Fact]
    public async Task A_directory_larger_than_its_entries_need_is_refused_before_it_is_read()
    {
        // The record at the end says one entry and the directory goes on for 20,000.
        var zip = new TestZip { WithIndex = false };
        for (var i = 0; i < 20_000; i++)
            zip.Add($"{i}", "");
        var bytes = zip.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(bytes.Length - 12), 1);

        (await RefusalAsync(bytes, new PackageLimits { MaxEntries = 10 })).ShouldContain("more than 11 entries need");
    }

    [Fact]
    public async Task Absurd_ratios_of_all_files_together_are_refused()
    {
        var zip = TestZip.WithManifest();
        for (var i = 0; i < 5; i++)
            zip.Add($"zeros{i}", new byte[1 << 20]);

        (await RefusalAsync(zip)).ShouldContain("the files are more than 200 times larger than the zip of");
    }

    [Fact]
    public async Task Absurd_ratios_are_refused() =>
        (await RefusalAsync(TestZip.WithManifest().Add("zeros", new byte[2 << 20]))).ShouldBe(
            "'zeros' inflates to 200 times its size in the zip or more; less is allowed above 1048576 bytes");

    [Fact]
    public async Task A_ratio_is_measured_on_what_comes_out_and_not_on_what_headers_say()
    {
        var bytes = TestZip.WithManifest().Add("zeros", new byte[2 << 20]).ToArray();
        ForEachHeader(bytes, (header, sizeAt) =>
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(header[sizeAt..]) == 2 << 20)
                BinaryPrimitives.WriteInt32LittleEndian(header[sizeAt..], 3_000);
        });

        (await RefusalAsync(bytes)).ShouldContain("'zeros'");
    }

    [Fact]
    public async Task Too_large_packages_are_refused()
    {
        var zip = TestZip.WithManifest().Add("a", new byte[600]).Add("b", new byte[600]);

        (await RefusalAsync(zip, new PackageLimits { MaxTotalBytes = 1_000 })).ShouldEndWith(
            "makes the package larger than 1000 bytes when inflated, the most allowed");
        (await RefusalAsync(zip, new PackageLimits { MaxZipBytes = 500 })).ShouldBe("the zip has more than 500 bytes, the most allowed");
    }

    [Fact]
    public async Task Encrypted_entries_are_refused()
    {
        var bytes = TestZip.WithManifest().ToArray();
        ForEachHeader(bytes, (header, sizeAt) => header[sizeAt == 24 ? 8 : 6] |= 1);

        (await RefusalAsync(bytes)).ShouldBe("'progeny.yaml' is encrypted; a package is not");
    }

    [Fact]
    public async Task Index_and_files_must_agree()
    {
        var sound = TestZip.WithManifest();
        var index = sound.MakeIndexJson();

        (await RefusalAsync(With(index).Add("extra", "x"))).ShouldBe("'extra' is in the zip and not in the index");
        (await RefusalAsync(new TestZip { IndexJson = index }.Add("progeny.yaml", ManifestTexts.Model))).ShouldBe(
            "'models/model.onnx' is in the index and not in the zip");
        (await RefusalAsync(new TestZip { IndexJson = index }.Add("progeny.yaml", ManifestTexts.Model).Add("models/model.onnx", "madel")))
            .ShouldBe("'models/model.onnx' is not what the index says: its SHA-256 is another");
        (await RefusalAsync(new TestZip { IndexJson = index }.Add("progeny.yaml", ManifestTexts.Model).Add("models/model.onnx", "mod")))
            .ShouldBe("'models/model.onnx' has 3 bytes; the index names 5");
        (await RefusalAsync(new TestZip { IndexJson = index }.Add("progeny.yaml", ManifestTexts.Model).Add("models/model.onnx", "models")))
            .ShouldBe("'models/model.onnx' is longer than the 5 bytes that the index names");
        (await RefusalAsync(With(index.Replace("\"bytes\":5", "\"bytes\":6", StringComparison.Ordinal)))).ShouldContain(
            "does not agree with itself");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\":2,\"files\":[],\"total\":{\"files\":0,\"bytes\":0,\"sha256\":\"\"}}")]
    [InlineData("{\"format\":1,\"files\":[null],\"total\":{\"files\":0,\"bytes\":0,\"sha256\":\"\"}}")]
    [InlineData("{\"format\":1,\"files\":null,\"total\":null}")]
    [InlineData(
        "{\"format\":1,\"files\":[{\"path\":null,\"bytes\":1,\"sha256\":\"\"}],\"total\":{\"files\":0,\"bytes\":0,\"sha256\":\"\"}}")]
    [InlineData(
        "{\"format\":1,\"files\":[{\"path\":\"a\",\"bytes\":-1,\"sha256\":\"\"}],\"total\":{\"files\":0,\"bytes\":0,\"sha256\":\"\"}}")]
    public async Task A_malformed_index_is_refused(string json) => (await RefusalAsync(With(json))).ShouldContain("progeny.lock.json");

    [Fact]
    public async Task A_zip_without_index_that_a_zip_program_made_is_read()
    {
        const int Folder = 0x41ED0010;
        var zip = new TestZip { WithIndex = false }.Add("models/", "", Folder).Add("progeny.yaml", ManifestTexts.Model)
            .Add("models/model.onnx", "model");
        using var package = await PackageReader.ReadAsync(new MemoryStream(zip.ToArray()), PackageLimits.Default, default);
        using var packed = await PackageReader.ReadAsync(
            new MemoryStream(TestZip.WithManifest().ToArray()), PackageLimits.Default, default);

        package.Index.Digest.ShouldBe(packed.Index.Digest);
        package.Index.Files.ShouldBe(packed.Index.Files);
    }

    [Fact]
    public async Task A_zip_without_index_is_held_to_the_same_limits()
    {
        TestZip Zip() => new TestZip { WithIndex = false }.Add("progeny.yaml", ManifestTexts.Model).Add("models/model.onnx", "model");

        (await RefusalAsync(Zip().Add("../up/", ""))).ShouldContain("a path must not leave the package (..)");
        (await RefusalAsync(Zip().Add("zeros", new byte[2 << 20]))).ShouldStartWith("'zeros' inflates to 200 times");
        (await RefusalAsync(
            Zip().Add("a", new byte[600]).Add("b", new byte[600]), new PackageLimits { MaxTotalBytes = 1_000 })).ShouldStartWith(
                "'b' makes the package larger");
    }

    [Fact]
    public async Task A_missing_manifest_or_named_file_is_refused()
    {
        (await RefusalAsync(new TestZip().Add("other", "x"))).ShouldBe("'progeny.yaml' is missing in the package's root");
        (await RefusalAsync(new TestZip().Add("inner/progeny.yaml", ManifestTexts.Model)))
            .ShouldBe(
                "'progeny.yaml' is missing in the package's root; there is a 'inner/progeny.yaml': zip what is in the folder of the "
                    + "manifest, not the folder itself");
        (await RefusalAsync(new TestZip().Add("progeny.yaml", ManifestTexts.Model))).ShouldBe(
            "'models/model.onnx', which pipeline.model of the manifest names, is not in the package");
    }

    [Fact]
    public async Task An_invalid_manifest_is_refused_with_its_errors()
    {
        var zip = new TestZip().Add("progeny.yaml", "name: a\ntask: binary\n").ToArray();
        var exception = await Should.ThrowAsync<PackageException>(
            () => PackageReader.ReadAsync(new MemoryStream(zip), PackageLimits.Default, default));

        exception.ManifestErrors.Select(e => e.Path).ShouldBe(["version", "pipeline"], ignoreOrder: true);
        exception.Message.ShouldContain("progeny.yaml:1:1: version: is missing");
    }

    [Fact]
    public async Task Zips_that_are_none_are_refused()
    {
        var sound = TestZip.WithManifest().ToArray();

        (await RefusalAsync([])).ShouldBe("this is not a zip, or its end is missing");
        (await RefusalAsync("hello"u8.ToArray())).ShouldBe("this is not a zip, or its end is missing");
        (await RefusalAsync(sound[..^30])).ShouldBe("this is not a zip, or its end is missing");
        (await RefusalAsync(sound[40..])).ShouldContain("damaged");
    }

    [Fact]
    public async Task Mutated_packages_are_read_or_refused_and_write_nothing_outside_the_folder()
    {
        var random = new Random(11);
        using var outer = new TemporaryFolder();
        var sound = TestZip.WithManifest().Add("a/b.csv", string.Concat(Enumerable.Range(0, 200))).ToArray();
        var refused = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var bytes = Mutate([.. sound], random);
            var folder = Path.Combine(outer.Path, "inner");
            try
            {
                using var package = await PackageReader.ReadAsync(new MemoryStream(bytes), PackageLimits.Default, default);
                await package.ExtractToAsync(folder, default);
                // an index whose name has changed is a file
                Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length.ShouldBeInRange(3, 4);
                Directory.Delete(folder, recursive: true);
            }
            catch (PackageException)
            {
                refused++;
                Directory.Exists(folder).ShouldBeFalse();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"round {i}: {Convert.ToBase64String(bytes)}", exception);
            }
        }

        Directory.GetFileSystemEntries(outer.Path).ShouldBeEmpty();
        refused.ShouldBeInRange(1_500, 2_999);
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                var from = random.Next(bytes.Length);
                return [.. bytes[..from], .. bytes[Math.Min(bytes.Length, from + random.Next(1, 40))..]];
            case 2:
                var at = random.Next(bytes.Length - 8);
                BinaryPrimitives.WriteInt32LittleEndian(
                    bytes.AsSpan(at), random.Next(3) switch { 0 => -1, 1 => int.MaxValue, _ => random.Next(0x20000) });
                return bytes;
            case 3:
                // Headers only: what a forger would touch.
                ForEachHeader(bytes, (header, _) => header[random.Next(4, 46)] = (byte)random.Next(256));
                return bytes;
            default:
                for (var i = random.Next(1, 6); i > 0; i--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
        }
    }

    /// <summary>
    /// Calls for each local header (the uncompressed size at 22) and directory header (at 24) with the bytes from there on.
    /// </summary>
    private static void ForEachHeader(byte[] zip, HeaderAction action)
    {
        for (var i = 0; i + 46 < zip.Length; i++)
        {
            var signature = BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(i));
            if (signature is 0x04034b50 or 0x02014b50)
                action(zip.AsSpan(i), signature == 0x02014b50 ? 24 : 22);
        }
    }

    private delegate void HeaderAction(Span<byte> header, int sizeAt);

    private static TestZip With(string indexJson) =>
        new TestZip { IndexJson = indexJson }.Add("progeny.yaml", ManifestTexts.Model).Add("models/model.onnx", "model");

    private static Task<string> RefusalAsync(TestZip zip, PackageLimits? limits = null) => RefusalAsync(zip.ToArray(), limits);

    private static async Task<string> RefusalAsync(byte[] zip, PackageLimits? limits = null) =>
        (await Should.ThrowAsync<PackageException>(
            () => PackageReader.ReadAsync(new MemoryStream(zip), limits ?? PackageLimits.Default, default))).Message;
}
