/** How snappy-java's SnappyOutputStream begins. */

export const xerialMagic = Buffer.from('82534e4150505900', 'hex');
/** Magic, then version 1 and lowest compatible version 1 as int32 big-endian. */
export const xerialHeader = Buffer.concat([xerialMagic, Buffer.from('0000000100000001', 'hex')]);
export const xerialHeaderBytes = xerialHeader.length;
